# An event's position moves before its effect is settled.
# the event at p0 offset 0 about order 1 is lost
seed 4000000000040
off R19
start 3 0 0 c962b5630f689c2e
join 3 0 0 45f793b205bae8d7
complete 0 0 0 927c957dca66ab9d
turn 3 0 0 f52beab4cfb595c4
publish 0 0 0 8fb9016bf6e3d34c
time 0 0 0 67febb80be1b843e
start 0 0 0 3e980e0b2f00f81a
start 1 0 0 47f37cce62b2ff6b
join 1 0 0 66da8b8a86475df5
calm a2b7e5b3a97b1697
