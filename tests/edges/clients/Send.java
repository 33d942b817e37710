import java.util.*;
import org.apache.kafka.clients.producer.*;
import org.apache.kafka.common.serialization.*;

/** Sends one message with the client's own partitioner and prints its partition: BOOTSTRAP TOPIC KEY VALUE-IN-HEX. */
public class Send {
    public static void main(String[] arguments) throws Exception {
        Properties settings = new Properties();
        settings.put("bootstrap.servers", arguments[0]);
        try (var producer = new KafkaProducer<>(settings, new StringSerializer(), new ByteArraySerializer())) {
            var record = new ProducerRecord<>(arguments[1], arguments[2], HexFormat.of().parseHex(arguments[3]));
            System.out.println("partition " + producer.send(record).get().partition());
        }
    }
}
