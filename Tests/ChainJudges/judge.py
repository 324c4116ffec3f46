#!/usr/bin/env python3
"""Judges that are not ours, one JSON object a line in and out: eth-account, rlp and trie answer what wayseal must answer too."""
import json, sys
import rlp
from eth_account import Account
from eth_account.messages import encode_defunct, encode_typed_data, _hash_eip191_message
from eth_utils import keccak, to_checksum_address
from trie import HexaryTrie

un = lambda s: bytes.fromhex(s[2:])
hx = lambda b: "0x" + bytes(b).hex()

def sign(q):
    tx = dict(type=2, chainId=q["chainId"], nonce=q["nonce"], maxPriorityFeePerGas=int(q["tip"]), maxFeePerGas=int(q["fee"]),
              gas=q["gas"], value=int(q["value"]), data=q["input"])
    if q["to"]: tx["to"] = q["to"]
    signed = Account.from_key(q["key"]).sign_transaction(tx)
    return dict(raw=hx(signed.raw_transaction), hash=hx(signed.hash), sender=Account.recover_transaction(signed.raw_transaction))

def tree(x): return [tree(i) for i in x] if isinstance(x, list) else un(x)
def text(x): return [text(i) for i in x] if isinstance(x, list) else hx(x)

def trie(q):
    t = HexaryTrie({})
    for k, v in q["entries"]: t[un(k)] = un(v)
    # The nodes on the path as eth_getProof gives them: what stands inside its parent is not listed.
    def proof(k):
        nodes = [rlp.encode(n) for n in t.get_proof(un(k)) if n != b""]
        return [hx(n) for i, n in enumerate(nodes) if i == 0 or len(n) >= 32]
    return dict(root=hx(t.root_hash), proofs=[proof(k) for k in q["keys"]])

def bundle(q):
    """What ledger/contracts/ANCHOR.md says, with nothing of wayseal: the time that the file proves."""
    f = json.loads(q["bundle"]); header = rlp.decode(un(f["header"])); value = un(f["value"]); I = lambda b: int.from_bytes(b, "big")
    assert f["format"] == "wayseal/anchor@1" and hx(keccak(un(f["header"]))) == f["blockHash"] and I(header[8]) == int(f["blockNumber"])
    nodes = lambda name: [rlp.decode(un(n)) for n in f[name]]
    if f["kind"] == "calldata":
        raw = HexaryTrie.get_from_proof(header[4], rlp.encode(int(f["transactionIndex"])), nodes("transactionProof"))
        assert raw == un(f["rawTransaction"]) and raw[0] == 2 and rlp.decode(raw[1:])[7] == value
        return dict(time=I(header[11]), by=Account.recover_transaction(raw))
    account = rlp.decode(HexaryTrie.get_from_proof(header[3], keccak(un(f["contract"])), nodes("accountProof")))
    word = lambda n: n.to_bytes(32, "big")
    slot = keccak(word(0) + value) if f["kind"] == "timestamper" else keccak(value + word(2))
    time = I(rlp.decode(HexaryTrie.get_from_proof(account[2], keccak(slot), nodes("storageProof"))))
    return dict(time=time, by=hx(account[3]))

OPS = dict(
    bundle=bundle,
    sign=sign, trie=trie,
    address=lambda q: to_checksum_address(q["address"]),
    account=lambda q: Account.from_key(q["key"]).address,
    keccak=lambda q: hx(keccak(un(q["data"]))),
    personal=lambda q: hx(_hash_eip191_message(encode_defunct(un(q["message"])))),
    typed=lambda q: hx(_hash_eip191_message(encode_typed_data(full_message=q["message"]))),
    seal=lambda q: json.dumps(Account.encrypt(q["key"], q["passphrase"], kdf=q["kdf"], iterations=q["iterations"])),
    open=lambda q: hx(Account.decrypt(q["keystore"], q["passphrase"])),
    rlp=lambda q: hx(rlp.encode(tree(q["item"]))),
    unrlp=lambda q: text(rlp.decode(un(q["data"]), strict=True)),
)
for line in sys.stdin:
    q = json.loads(line)
    try: out = dict(ok=OPS[q["op"]](q))
    except Exception as e: out = dict(error="%s: %s" % (type(e).__name__, e))
    print(json.dumps(out), flush=True)
