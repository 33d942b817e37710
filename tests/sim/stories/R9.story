# A repeat is an order like another.
# order 1 has an outcome COMPLETED after its final one
seed 1
off R9
publish 0 0 1 44b2cca8d407a669
publish 1 0 0 feb76ad6dd0616a6
repeat 0 0 0 3dfb598506def4d
