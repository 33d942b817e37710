# A write is taken wherever it is.
# p1 offset 0 is no order, and has no dead letter
seed 2000000000000
off R14
misplace 0 0 0 8af4700e921cf0c
