# A stranger's position is believed.
# p0 offset 0 is no order, and has no dead letter
seed 2000000000211
off R4-foreign
start 2 0 1 561843434ee4b059
join 2 0 1 249afeb89d19d955
start 1 0 1 38d5201e92b6b0eb
join 1 0 0 6a6a31b36cf6af04
start 0 0 0 fcc1d6943dab24d6
join 0 0 0 86fd509927ad5bbc
complete 0 0 0 31dc5cf51b1be371
sync 1 0 0 5ca01d2c37db80e2
time 0 0 0 82a7e20fabdaace
thread 1 0 0 f6a0a138c046ac35
turn 1 0 0 6eaf37016955bd9e
turn 1 0 0 653be929af094319
expire 0 0 0 c8dcc50fe3009c86
thread 1 0 0 6021335d6f56aeb1
thread 1 0 0 70cde6f9000023fe
notice 0 0 0 8e429f50eb69202c
thread 1 0 0 bfa03cb5b19172bc
thread 1 0 0 77cfdcc23e2f268e
thread 1 0 0 a7e4edce579c399f
marker 1 4 0 77adaa40e7b5a3a9
join 0 0 0 72eedf3503ca2eff
notice 1 0 0 5c267d68d8cf7371
misplace 0 0 0 773fb4cfbc6231bf
time 0 0 0 b09efe4669851a81
stranger 0 0 0 1c4dafc2c200a9fb
join 1 0 0 e1fb587149d4bbe6
learn 2 0 0 6ba6abc6e3586f67
join 2 0 0 57290ec1c9e49550
complete 0 0 0 b9c9fbbb6d97c877
stranger 2 0 0 d6b34fcfebc607ed
