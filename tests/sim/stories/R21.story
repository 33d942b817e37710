# What goes to another owner goes without the position of what it is about.
# the event '1-0' at p0 offset 0 is neither kept nor passed on
seed 5004000000035
off R21
