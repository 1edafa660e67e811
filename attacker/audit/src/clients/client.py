# The canary, asked for over TLS with Python's own ssl module, in its default settings; with --crl against revocation lists.
import http.client
import os
import ssl
import sys

context = ssl.create_default_context(cafile=os.environ["INTERLOCK_CA"])
if "--crl" in sys.argv:
    context.load_verify_locations(cafile=os.environ["INTERLOCK_CRL"])
    context.verify_flags |= ssl.VERIFY_CRL_CHECK_CHAIN
host, port = os.environ["INTERLOCK_HOST"], int(os.environ["INTERLOCK_PORT"])
connection = http.client.HTTPSConnection(host, port, context=context)
connection.request("GET", "/" + os.environ["INTERLOCK_CANARY"])
print(connection.getresponse().read().decode())
