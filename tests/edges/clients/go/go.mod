module whc/tests/edges/clients

go 1.18

require github.com/twmb/franz-go v1.13.6

require (
	github.com/klauspost/compress v1.16.3 // indirect
	github.com/pierrec/lz4/v4 v4.1.17 // indirect
	github.com/twmb/franz-go/pkg/kmsg v1.4.0 // indirect
)
