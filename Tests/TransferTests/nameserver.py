"""A DNS server on a free port of the loopback interface: nameserver.py PORTFILE [NAME TEXT]… answers TXT questions, and says
NXDOMAIN to any other name. TEXT may be '-', which makes it answer rubbish."""
import os, signal, socket, struct, sys

records = {}
for name, text in zip(sys.argv[2::2], sys.argv[3::2]):
    records.setdefault(name.lower().rstrip("."), []).append(text.encode())
server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind(("127.0.0.1", 0))
with open(sys.argv[1] + ".part", "w") as file:
    file.write(str(server.getsockname()[1]))
os.rename(sys.argv[1] + ".part", sys.argv[1])
# Whoever starts this may have blocked its signals.
signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGTERM, signal.SIGALRM])
signal.alarm(120)
while True:
    question, who = server.recvfrom(4096)
    at, labels = 12, []
    while question[at]:
        labels.append(question[at + 1:at + 1 + question[at]].decode())
        at += 1 + question[at]
    kind = struct.unpack(">H", question[at + 1:at + 3])[0]
    texts = records.get(".".join(labels).lower())
    if texts == [b"-"]:
        server.sendto(question[:2] + b"\x81\x80\0\1\0\7\0\0\0\0" + question[12:at + 5] + b"\xc0\x0c\0", who)
        continue
    answers = b""
    for text in texts if texts and kind == 16 else []:
        data = b"".join(bytes([len(text[i:i + 255])]) + text[i:i + 255] for i in range(0, len(text), 255))
        answers += b"\xc0\x0c" + struct.pack(">HHIH", 16, 1, 60, len(data)) + data
    code = 0x8180 if texts else 0x8183
    count = len(texts) if texts and kind == 16 else 0
    server.sendto(question[:2] + struct.pack(">HHHHH", code, 1, count, 0, 0) + question[12:at + 5] + answers, who)
