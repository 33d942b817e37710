# An unclear settlement counts as failed, and the producer stays.
# order 0 has an outcome COMPLETED after its final one
seed 4
off R3
publish 0 0 1 d7e8174cf694a0f2
start 0 0 1 8cbf6f3d410b26a1
start 1 0 1 a294652e0dd5ca0a
join 0 0 1 3f8e76c99a59d195
join 1 0 1 331592f7c4f8f1b
complete 0 0 1 bfac7b29c977a40f
sync 1 0 1 e553f6a55586f305
turn 1 0 1 ac1abfe60c9de3ba
thread 1 0 1 24ed9e56f0f88ac2
turn 1 0 1 4b1ad5c702c432fe
time 0 0 0 5cbb7133d908a228
thread 1 0 0 dc4a8f3178f4d08c
thread 1 0 0 ec076f6766c5a250
thread 1 0 0 e2494d1b092ef234
thread 1 0 0 f247b25359a2f265
thread 1 0 0 9e1e9ea38195af7e
marker 1 1 0 5e53b90d48191263
time 0 0 0 e71e109a4fc99b34
time 0 0 0 54715144e5b41684
time 0 0 0 e37b0cb1564db290
turn 1 0 0 53a3abf8a87dc3f5
marker 1 4 0 52c7db41efb1c5a1
thread 1 0 0 1ccb43117306633a
thread 1 0 0 391609faa2921108
thread 1 0 0 a259b58138a8870c
thread 1 0 0 7b26880cf4bab5a
turn 1 0 0 c837c52d3c93b67c
marker 1 4 0 7a7bd0aefdbb6115
marker 1 1 0 e4ddec27f0ece38f
permit 0 0 0 50874913a0bf4050
left 0 0 0 ee6fd942e2917947
decide 0 0 0 b6b9a47267d12415
answer 0 0 0 819bde187e1ee827
turn 1 0 0 e4a11ea2c2275850
thread 1 0 0 591f0b426c406f6e
thread 1 0 0 83e9ad9da11fe9d1
