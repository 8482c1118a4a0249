"""A mail server on aiosmtpd: takes mail and prints each message as one JSON line, decoded by Python's own e-mail library.

How it behaves follows from the recipient: busy@ 451, unknown@ 550, slow@ never answers, cut@ ends the connection after the text. On standard input
"mode away" and the like are not needed: tests stop the process. Arguments: port, certificate, key, user, password (empty: none of it).
"""

import asyncio
import hashlib
import json
import ssl
import sys
from email import message_from_bytes, policy

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword


class Handler:
    async def handle_RCPT(self, server, session, envelope, address, rcpt_options):
        name = address.split("@")[0]
        if name == "busy":
            return "451 4.7.1 Greylisted, try again later"
        if name == "unknown":
            return "550 5.1.1 No such user here"
        if name == "slow":
            await asyncio.sleep(60)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        message = message_from_bytes(envelope.content, policy=policy.default)
        print(
            json.dumps(
                {
                    "to": envelope.rcpt_tos,
                    "from": envelope.mail_from,
                    "tls": session.ssl is not None,
                    "user": session.auth_data.login.decode() if session.auth_data else None,
                    "subject": message["subject"],
                    "headers": [[name, str(value)] for name, value in message.items()],
                    "text": message.get_body(("plain",)).get_content(),
                    "attachments": [
                        {
                            "name": part.get_filename(),
                            "type": part.get_content_type(),
                            "sha256": hashlib.sha256(part.get_content()).hexdigest(),
                        }
                        for part in message.iter_attachments()
                    ],
                    "bytes": len(envelope.content),
                }
            ),
            flush=True,
        )
        if envelope.rcpt_tos[0].startswith("cut@"):
            server.transport.abort()
        return "250 2.0.0 OK queued as 4711"


port, certificate, key, user, password = sys.argv[1:6]


def authenticate(server, session, envelope, mechanism, data):
    fine = isinstance(data, LoginPassword) and data.login == user.encode() and data.password == password.encode()
    return AuthResult(success=fine, handled=False, auth_data=data)


options = {}
if certificate:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    options.update(tls_context=context, require_starttls=True)
if user:
    options.update(authenticator=authenticate, auth_required=True)
controller = Controller(Handler(), hostname="127.0.0.1", port=int(port), enable_SMTPUTF8=True, **options)
controller.start()
print("ready", flush=True)
try:
    sys.stdin.read()
finally:
    controller.stop()
