#!/usr/bin/env python3
"""A real EVM (py-evm, Prague rules) behind JSON-RPC on 127.0.0.1, for tests only.
Usage: devchain.py [--port 0] [--chain-id 31337] [--automine/--no-automine] [--finality 2]
Prints one line: READY <url> <chainId> when it listens."""
import argparse, json, os, sys, threading, time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
import rlp
from eth.chains.base import MiningChain
from eth.db import get_db_backend
from eth.vm.forks import PragueVM
from eth.vm.spoof import SpoofTransaction
from eth.vm.forks.prague.constants import HISTORY_STORAGE_ADDRESS, HISTORY_STORAGE_CONTRACT_CODE
from eth_keys import keys
from eth_utils import keccak, to_checksum_address
from trie import HexaryTrie

hx = lambda b: "0x" + bytes(b).hex()
q = hex
un = lambda s: bytes.fromhex(s[2:] if s.startswith("0x") else s)

class RpcError(Exception):
    def __init__(s, code, msg, data=None): s.code, s.msg, s.data = code, msg, data

class Dev:
    def __init__(s, chain_id, automine, finality, t0):
        s.automine, s.finality, s.pool, s.lock, s.dt, s.next_ts = automine, finality, {}, threading.RLock(), 12, 0
        cls = type("DevChain", (MiningChain,), {
            "chain_id": chain_id, "vm_configuration": ((0, PragueVM),),
            # py-evm's mine_all() runs the transactions under *this* header, so the block time must be set here, not after
            "create_header_from_parent": lambda c, p, **k: super(cls, c).create_header_from_parent(p, **{**k, "gas_limit": p.gas_limit,
                "timestamp": max(p.timestamp + 1, s.next_ts)}),
        })
        s.accounts = [keys.PrivateKey(i.to_bytes(32, "big")) for i in range(1, 6)]
        rich = dict(balance=10**24, nonce=0, code=b"", storage={})
        state = {a.public_key.to_canonical_address(): rich for a in s.accounts}
        state[HISTORY_STORAGE_ADDRESS] = dict(balance=0, nonce=1, code=HISTORY_STORAGE_CONTRACT_CODE, storage={})
        s.chain = cls.from_genesis(get_db_backend(), dict(coinbase=b"\0"*20, difficulty=0, extra_data=b"", gas_limit=30_000_000,
            mix_hash=b"\0"*32, nonce=b"\0"*8, timestamp=t0), state)
        s.now = t0
    # ---- blocks
    def head(s): return s.chain.get_canonical_head()
    def hdr(s, tag):
        n = s.head().block_number
        if tag in ("latest", "pending", None): return s.head()
        if tag in ("safe", "finalized"): return s.chain.get_canonical_block_header_by_number(max(0, n - s.finality))
        if tag == "earliest": tag = "0x0"
        if isinstance(tag, dict): tag = tag.get("blockHash") or tag["blockNumber"]
        if len(tag) == 66: return s.chain.get_block_header_by_hash(un(tag))
        i = int(tag, 16)
        return s.chain.get_canonical_block_header_by_number(i) if i <= n else None
    def state(s, tag): 
        h = s.hdr(tag)
        return s.chain.get_vm(s.chain.create_header_from_parent(h)).state
    def mine(s, txs=None, parent=None, timestamp=None):
        base = parent or s.head()
        if txs is None:
            txs = sorted(s.pool.values(), key=lambda t: (t.sender, t.nonce)); s.pool = {}
            ok, st = [], {}
            for t in txs:
                want = st.get(t.sender, s.state("latest").get_nonce(t.sender))
                if t.nonce == want: ok.append(t); st[t.sender] = want + 1
                else: s.pool[(t.sender, t.nonce)] = t
            txs = ok
        ts = timestamp or max(base.timestamp + s.dt, s.now); s.now = s.next_ts = ts
        r, _, _ = s.chain.mine_all(txs, parent_header=base)
        s.next_ts = 0
        return r.imported_block.header
    def reorg(s, depth, replay=False):
        """Replace the last `depth` blocks by depth+1 empty (or replayed) ones: a true fork choice switch."""
        h = s.head(); p = s.chain.get_canonical_block_header_by_number(h.block_number - depth)
        for i in range(depth + 1):
            p = s.mine(txs=[], parent=p, timestamp=p.timestamp + s.dt + 1)
        return hx(s.head().hash)
    # ---- formatting
    def block(s, h, full):
        if h is None: return None
        b = s.chain.get_block_by_hash(h.hash)
        return dict(number=q(h.block_number), hash=hx(h.hash), parentHash=hx(h.parent_hash), nonce=hx(h.nonce), sha3Uncles=hx(h.uncles_hash),
            logsBloom=hx(h.bloom.to_bytes(256, "big")), transactionsRoot=hx(h.transaction_root), stateRoot=hx(h.state_root), receiptsRoot=hx(h.receipt_root),
            miner=hx(h.coinbase), difficulty=q(h.difficulty), extraData=hx(h.extra_data), size=q(len(rlp.encode(b))), gasLimit=q(h.gas_limit),
            gasUsed=q(h.gas_used), timestamp=q(h.timestamp), mixHash=hx(h.mix_hash), baseFeePerGas=q(h.base_fee_per_gas),
            withdrawalsRoot=hx(h.withdrawals_root), blobGasUsed=q(h.blob_gas_used), excessBlobGas=q(h.excess_blob_gas),
            parentBeaconBlockRoot=hx(h.parent_beacon_block_root), requestsHash=hx(h.requests_hash), uncles=[], withdrawals=[],
            transactions=[s.tx(t, h, i) if full else hx(t.hash) for i, t in enumerate(b.transactions)])
    def tx(s, t, h=None, i=None):
        ty = t.encode()[0]; ty = ty if ty < 0x80 else 0
        d = dict(hash=hx(t.hash), type=q(ty), nonce=q(t.nonce), to=to_checksum_address(t.to) if t.to else None, value=q(t.value), gas=q(t.gas),
            input=hx(t.data), r=q(t.r), s=q(t.s), v=q(t.y_parity if ty else t.v), blockHash=h and hx(h.hash), blockNumber=h and q(h.block_number),
            transactionIndex=q(i) if i is not None else None, chainId=q(t.chain_id) if t.chain_id else None)
        d["from"] = to_checksum_address(t.sender)
        if ty: d["yParity"] = q(t.y_parity); d["accessList"] = []
        if ty == 2: d.update(maxFeePerGas=q(t.max_fee_per_gas), maxPriorityFeePerGas=q(t.max_priority_fee_per_gas))
        d["gasPrice"] = q(min(t.max_fee_per_gas, t.max_priority_fee_per_gas + h.base_fee_per_gas) if h else t.max_fee_per_gas)
        return d
    def find(s, hash_):
        try: n, i = s.chain.get_canonical_transaction_index(un(hash_))
        except Exception: return None
        if n > s.head().block_number: return None
        h = s.chain.get_canonical_block_header_by_number(n); b = s.chain.get_block_by_hash(h.hash)
        # after a reorg py-evm leaves the old index behind: believe it only if the block really has the transaction there
        return (h, b, i, b.transactions[i]) if i < len(b.transactions) and b.transactions[i].hash == un(hash_) else None
    def receipt(s, h, b, i):
        t = b.transactions[i]; rs = b.get_receipts(s.chain.chaindb); r = rs[i]
        prev = rs[i-1].gas_used if i else 0; base = sum(len(x.logs) for x in rs[:i])
        logs = [dict(address=to_checksum_address(l.address), topics=[hx(x.to_bytes(32, "big")) for x in l.topics], data=hx(l.data), logIndex=q(base+j),
            blockNumber=q(h.block_number), blockHash=hx(h.hash), transactionHash=hx(t.hash), transactionIndex=q(i), removed=False) for j, l in enumerate(r.logs)]
        ty = t.encode()[0]; ty = ty if ty < 0x80 else 0
        ca = None if t.to else to_checksum_address(keccak(rlp.encode([t.sender, t.nonce]))[12:])
        return dict(transactionHash=hx(t.hash), transactionIndex=q(i), blockHash=hx(h.hash), blockNumber=q(h.block_number), to=to_checksum_address(t.to) if t.to else None,
            cumulativeGasUsed=q(r.gas_used), gasUsed=q(r.gas_used - prev), contractAddress=ca, logs=logs, logsBloom=hx(r.bloom.to_bytes(256, "big")),
            status=q(int.from_bytes(r.state_root, "big")), type=q(ty), effectiveGasPrice=q(min(t.max_fee_per_gas, t.max_priority_fee_per_gas + h.base_fee_per_gas)),
            **{"from": to_checksum_address(t.sender)})
    # ---- RPC
    def call(s, m, p):
        f = getattr(s, "rpc_" + m, None)
        if not f: raise RpcError(-32601, "the method %s does not exist" % m)
        with s.lock: return f(*p)
    def rpc_web3_clientVersion(s): return "devchain/py-evm"
    def rpc_net_version(s): return str(s.chain.chain_id)
    def rpc_eth_chainId(s): return q(s.chain.chain_id)
    def rpc_eth_syncing(s): return False
    def rpc_eth_blockNumber(s): return q(s.head().block_number)
    def rpc_eth_accounts(s): return [a.public_key.to_checksum_address() for a in s.accounts]
    def rpc_eth_gasPrice(s): return q(s.head().base_fee_per_gas + 10**9)
    def rpc_eth_maxPriorityFeePerGas(s): return q(10**9)
    def rpc_eth_getBalance(s, a, t="latest"): return q(s.state(t).get_balance(un(a)))
    def rpc_eth_getCode(s, a, t="latest"): return hx(s.state(t).get_code(un(a)))
    def rpc_eth_getStorageAt(s, a, k, t="latest"): return hx(s.state(t).get_storage(un(a), int(k, 16)).to_bytes(32, "big"))
    def rpc_eth_getTransactionCount(s, a, t="latest"):
        n = s.state("latest" if t == "pending" else t).get_nonce(un(a))
        while t == "pending" and (un(a), n) in s.pool: n += 1
        return q(n)
    def rpc_eth_getBlockByNumber(s, n, full=False): return s.block(s.hdr(n), full)
    def rpc_eth_getBlockByHash(s, n, full=False): return s.block(s.hdr(n), full)
    def rpc_eth_getTransactionByHash(s, h):
        f = s.find(h)
        if f: return s.tx(f[3], f[0], f[2])
        return next((s.tx(t) for t in s.pool.values() if hx(t.hash) == h.lower()), None)
    def rpc_eth_getTransactionReceipt(s, h):
        f = s.find(h); return s.receipt(f[0], f[1], f[2]) if f else None
    def rpc_eth_getBlockReceipts(s, n):
        h = s.hdr(n); b = s.chain.get_block_by_hash(h.hash); return [s.receipt(h, b, i) for i in range(len(b.transactions))]
    def rpc_debug_getRawReceipts(s, n): return [hx(r.encode()) for r in s.chain.get_block_by_hash(s.hdr(n).hash).get_receipts(s.chain.chaindb)]
    def rpc_debug_getRawHeader(s, n): return hx(rlp.encode(s.hdr(n)))
    def rpc_debug_getRawTransaction(s, h): return hx(s.find(h)[3].encode())
    def rpc_eth_getRawTransactionByBlockHashAndIndex(s, h, i): return hx(s.chain.get_block_by_hash(un(h)).transactions[int(i, 16)].encode())
    def rpc_eth_feeHistory(s, count, newest="latest", pct=()):
        n = s.hdr(newest).block_number; c = min(int(count, 16) if isinstance(count, str) else count, n + 1)
        hs = [s.chain.get_canonical_block_header_by_number(i) for i in range(n - c + 1, n + 1)]
        nxt = s.chain.create_header_from_parent(hs[-1]).base_fee_per_gas
        return dict(oldestBlock=q(hs[0].block_number), baseFeePerGas=[q(h.base_fee_per_gas) for h in hs] + [q(nxt)],
                    gasUsedRatio=[h.gas_used / h.gas_limit for h in hs], reward=[[q(10**9)] * len(pct) for _ in hs])
    def rpc_eth_getProof(s, a, slots, t="latest"):
        st = s.state(t); adr = un(a); tr = HexaryTrie(s.chain.chaindb.db, s.hdr(t).state_root)
        acct = tr.get(keccak(adr)); n, bal, sr, ch = rlp.decode(acct) if acct else (b"", b"", keccak(b"\x80"), keccak(b""))
        stt = HexaryTrie(s.chain.chaindb.db, sr); I = lambda b: int.from_bytes(b, "big")
        def one(k):
            kk = keccak(int(k, 16).to_bytes(32, "big")); v = stt.get(kk)
            return dict(key=k, value=q(I(rlp.decode(v))) if v else "0x0", proof=[hx(rlp.encode(x)) for x in stt.get_proof(kk) if x != b""])
        return dict(address=a, accountProof=[hx(rlp.encode(x)) for x in tr.get_proof(keccak(adr)) if x != b""], balance=q(I(bal)), nonce=q(I(n)),
                    codeHash=hx(ch), storageHash=hx(sr), storageProof=[one(k) for k in slots])
    def rpc_eth_getLogs(s, f):
        if "blockHash" in f: hs = [s.hdr(f["blockHash"])]
        else: hs = [s.chain.get_canonical_block_header_by_number(i) for i in range(s.hdr(f.get("fromBlock", "latest")).block_number, s.hdr(f.get("toBlock", "latest")).block_number + 1)]
        ad = f.get("address"); ad = [ad] if isinstance(ad, str) else ad; ad = ad and {x.lower() for x in ad}; tp = f.get("topics") or []
        def hit(l): return (not ad or l["address"].lower() in ad) and len(l["topics"]) >= len(tp) and all(
            w is None or l["topics"][i] in ([w] if isinstance(w, str) else w) for i, w in enumerate(tp))
        return [l for h in hs for r in s.rpc_eth_getBlockReceipts(hx(h.hash)) for l in r["logs"] if hit(l)]
    def _spoof(s, c, t):
        h = s.hdr(t); hd = s.chain.create_header_from_parent(h); frm = un(c.get("from") or hx(b"\0"*20)); vm = s.chain.get_vm(hd)
        tx = vm.create_unsigned_transaction(nonce=vm.state.get_nonce(frm), gas_price=0, gas=int(c.get("gas", "0xf42400"), 16), to=un(c["to"]) if c.get("to") else b"",
            value=int(c.get("value", "0x0"), 16), data=un(c.get("input") or c.get("data") or "0x"))
        return SpoofTransaction(tx, from_=frm), hd, vm
    def rpc_eth_call(s, c, t="latest"):
        tx, _, vm = s._spoof(c, t)
        with vm.in_costless_state() as st: comp = st.costless_execute_transaction(tx)
        if comp.is_error: raise RpcError(3, "execution reverted", hx(comp.output))
        return hx(comp.output)
    def rpc_eth_estimateGas(s, c, t="latest"):
        s.rpc_eth_call(c, t); tx, hd, _ = s._spoof(c, t)
        return q(s.chain.estimate_gas(tx, hd))
    def rpc_eth_sendRawTransaction(s, raw):
        try: t = s.chain.get_vm().get_transaction_builder().decode(un(raw)); t.validate(); sender = t.sender
        except Exception as e: raise RpcError(-32000, "invalid transaction: %s" % e)
        st = s.state("latest")
        if t.chain_id is not None and t.chain_id != s.chain.chain_id: raise RpcError(-32000, "invalid chain id for signer")
        if hx(t.hash) in [hx(x.hash) for x in s.pool.values()]: raise RpcError(-32000, "already known")
        if t.nonce < st.get_nonce(sender): raise RpcError(-32000, "nonce too low: next nonce %d, tx nonce %d" % (st.get_nonce(sender), t.nonce))
        if t.max_fee_per_gas * t.gas + t.value > st.get_balance(sender): raise RpcError(-32000, "insufficient funds for gas * price + value")
        if t.gas < t.intrinsic_gas: raise RpcError(-32000, "intrinsic gas too low")
        if s.automine and t.max_fee_per_gas < s.chain.create_header_from_parent(s.head()).base_fee_per_gas: raise RpcError(-32000, "max fee per gas less than block base fee")
        old = s.pool.get((sender, t.nonce))
        if old and (t.max_fee_per_gas * 10 < old.max_fee_per_gas * 11 or t.max_priority_fee_per_gas * 10 < old.max_priority_fee_per_gas * 11):
            raise RpcError(-32000, "replacement transaction underpriced")
        s.pool[(sender, t.nonce)] = t
        if s.automine: s.mine()
        return hx(t.hash)
    def rpc_evm_mine(s, n="0x1"):
        for _ in range(int(n, 16) if isinstance(n, str) else n): s.mine()
        return hx(s.head().hash)
    def rpc_evm_reorg(s, depth): return s.reorg(depth)
    def rpc_evm_setAutomine(s, on): s.automine = on; return on
    def rpc_evm_setTime(s, t): s.now = t; return q(t)

def main():
    a = argparse.ArgumentParser(); a.add_argument("--port", type=int, default=0); a.add_argument("--chain-id", type=int, default=31337)
    a.add_argument("--no-automine", action="store_true"); a.add_argument("--finality", type=int, default=2); a.add_argument("--genesis-time", type=int, default=1_750_000_000)
    o = a.parse_args(); dev = Dev(o.chain_id, not o.no_automine, o.finality, o.genesis_time)
    class H(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        def do_POST(self):
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            def one(r):
                o = {"jsonrpc": "2.0", "id": r.get("id")}
                try: o["result"] = dev.call(r["method"], r.get("params") or [])
                except RpcError as e: o["error"] = {"code": e.code, "message": e.msg, **({"data": e.data} if e.data else {})}
                except Exception as e: o["error"] = {"code": -32603, "message": "%s: %s" % (type(e).__name__, e)}
                return o
            out = json.dumps([one(r) for r in body] if isinstance(body, list) else one(body)).encode()
            self.send_response(200); self.send_header("access-control-allow-origin", "*"); self.send_header("content-type", "application/json"); self.send_header("content-length", str(len(out))); self.end_headers(); self.wfile.write(out)
        def do_OPTIONS(self):
            # Pages of any origin may ask, as public nodes allow it.
            self.send_response(204); self.send_header("access-control-allow-origin", "*"); self.send_header("access-control-allow-headers", "content-type"); self.end_headers()
        def log_message(self, *a): pass
    srv = ThreadingHTTPServer(("127.0.0.1", o.port), H); srv.daemon_threads = True
    # Goes when the test that started it goes, however that ends.
    threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
    print("READY http://127.0.0.1:%d %d" % (srv.server_address[1], o.chain_id), flush=True); srv.serve_forever()
main()
