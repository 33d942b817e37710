# No barrier: the ledger is read to its present end, and an order is in no place.
# order 0 never ends
seed 1
off R4
start 1 0 1 cffb96205b709a67
time 0 0 0 c54888dd91351740
calm 6e5370bba22f8db3
