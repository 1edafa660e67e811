# A mail whose sender is the canary, over SMTP with STARTTLS, by Python's own smtplib.
import os
import smtplib
import ssl

context = ssl.create_default_context(cafile=os.environ["INTERLOCK_CA"])
with smtplib.SMTP(os.environ["INTERLOCK_HOST"], int(os.environ["INTERLOCK_PORT"])) as server:
    server.starttls(context=context)
    server.sendmail(os.environ["INTERLOCK_CANARY"] + "@client.lab", "somebody@server.lab", "Subject: audit\r\n\r\n")
