"""An SMTP server on a free port of the loopback interface; writes what it got into a folder, then waits to be stopped."""
import email, email.policy, os, signal, sys
from aiosmtpd.controller import Controller

# Whoever began this may have blocked signals.
signal.pthread_sigmask(signal.SIG_SETMASK, [])
folder = sys.argv[1]


def write(name, data):
    path = os.path.join(folder, name)
    with open(path + ".part", "wb") as file:
        file.write(data)
    os.rename(path + ".part", path)


class Handler:
    async def handle_DATA(self, server, session, envelope):
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        attachment = next(message.iter_attachments(), None)
        if attachment: write("attachment", attachment.get_content())
        text = message.get_body().get_content().replace("\r\n", "\n").replace("\n", "|").rstrip("|")
        lines = [" ".join(envelope.rcpt_tos), message["subject"], text, attachment.get_filename() if attachment else "no attachment", ""]
        write("mail", "\n".join(lines).encode())
        return "250 OK"


class AnyPort(Controller):
    def _trigger_server(self):
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


controller = AnyPort(Handler(), hostname="127.0.0.1", port=0)
controller.start()
write("port", str(controller.port).encode())
signal.alarm(900)
signal.sigwait([signal.SIGTERM, signal.SIGALRM])
controller.stop()
