# pragma version 0.4.3
# pragma evm-version cancun
# pragma optimize gas
# The timestamping half of EAS's interface, for chains that have no EAS: the same selectors and the same events.
# Append-only and without an owner: nobody, its deployer included, can change or remove what it holds.
event Timestamped:
    data: indexed(bytes32)
    timestamp: indexed(uint64)

event RevokedOffchain:
    revoker: indexed(address)
    data: indexed(bytes32)
    timestamp: indexed(uint64)

# Slot 0, by which offline proofs find it: keep it first.
times: HashMap[bytes32, uint64]
revocations: HashMap[address, HashMap[bytes32, uint64]]

@internal
def _timestamp(data: bytes32):
    assert self.times[data] == 0, "AlreadyTimestamped"
    self.times[data] = convert(block.timestamp, uint64)
    log Timestamped(data=data, timestamp=convert(block.timestamp, uint64))

@external
def timestamp(data: bytes32) -> uint64:
    self._timestamp(data)
    return convert(block.timestamp, uint64)

@external
def multiTimestamp(data: DynArray[bytes32, 256]) -> uint64:
    for d: bytes32 in data:
        self._timestamp(d)
    return convert(block.timestamp, uint64)

@external
def revokeOffchain(data: bytes32) -> uint64:
    assert self.revocations[msg.sender][data] == 0, "AlreadyRevokedOffchain"
    self.revocations[msg.sender][data] = convert(block.timestamp, uint64)
    log RevokedOffchain(revoker=msg.sender, data=data, timestamp=convert(block.timestamp, uint64))
    return convert(block.timestamp, uint64)

@view
@external
def getTimestamp(data: bytes32) -> uint64:
    return self.times[data]

@view
@external
def getRevokeOffchain(revoker: address, data: bytes32) -> uint64:
    return self.revocations[revoker][data]
