# A login whose password is the canary, over IMAP with STARTTLS, by Python's own imaplib.
import imaplib
import os
import ssl

context = ssl.create_default_context(cafile=os.environ["INTERLOCK_CA"])
with imaplib.IMAP4(os.environ["INTERLOCK_HOST"], int(os.environ["INTERLOCK_PORT"])) as server:
    server.starttls(context)
    server.login("client", os.environ["INTERLOCK_CANARY"])
