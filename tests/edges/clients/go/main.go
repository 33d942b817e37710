// Sends one message with franz-go's own partitioner and prints its partition: BOOTSTRAP TOPIC KEY VALUE-IN-HEX.
package main

import (
	"context"
	"encoding/hex"
	"fmt"
	"os"

	"github.com/twmb/franz-go/pkg/kgo"
)

func main() {
	value, err := hex.DecodeString(os.Args[4])
	if err != nil {
		panic(err)
	}
	client, err := kgo.NewClient(kgo.SeedBrokers(os.Args[1]))
	if err != nil {
		panic(err)
	}
	defer client.Close()
	record := &kgo.Record{Topic: os.Args[2], Key: []byte(os.Args[3]), Value: value}
	if err := client.ProduceSync(context.Background(), record).FirstErr(); err != nil {
		panic(err)
	}
	fmt.Println("partition", record.Partition)
}
