# A refused record is sent again as it is, for ever.
# the model's log 2 is full
seed 2000000000002
off R16
