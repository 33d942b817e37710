# A write is sent before its attempt is committed.
# BT accepted order 0 step 0 twice
seed 1
off R1
start 1 0 1 cffb96205b709a67
join 1 0 1 11aec198ee27435d
publish 0 0 1 44b2cca8d407a669
start 0 0 0 c220e98da628a0b2
join 0 0 0 4959572d06a99648
complete 0 0 0 c56db14f02aa5b65
sync 1 0 0 b43978d816cb700d
time 0 0 0 d560c708be61b2e7
thread 1 0 0 4716f4adeaf91b16
time 0 0 0 b6c94b5c3a89a4e5
turn 1 0 0 d58a55da2aab5b77
thread 1 0 0 fc7cccb12a7282e6
thread 1 0 0 3b75b7984e2af585
thread 1 0 0 6c7f97171943f309
thread 1 0 0 92d96b628d3adaa7
thread 1 0 0 564f491ae19fc9f9
turn 1 0 0 4eca8158432b5a0b
marker 1 1 0 9a4ba6902d1b22a0
turn 1 0 0 362826c2c53f6b96
turn 1 0 0 56664e55034553ef
turn 1 0 0 21e2af04f9acd369
permit 0 0 0 484afa34d9aa7b65
left 0 0 0 c4e996998ed6612c
crash 1 0 0 6cc8e6ae619fddd2
