# BT may report about a reference that is not settled yet.
# the event at p0 offset 0 about order 1 is lost
seed 4000000000008
off R20
