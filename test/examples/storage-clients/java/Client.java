import com.google.cloud.NoCredentials;
import com.google.cloud.ReadChannel;
import com.google.cloud.storage.Blob;
import com.google.cloud.storage.BlobId;
import com.google.cloud.storage.Storage;
import com.google.cloud.storage.Storage.BlobListOption;
import com.google.cloud.storage.Storage.BlobSourceOption;
import com.google.cloud.storage.StorageException;
import com.google.cloud.storage.StorageOptions;
import com.google.gson.Gson;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads the local Cloud Storage by Google's library for Java, and prints what it got. */
class Client {
  private static Storage storage;
  private static String bucket;

  public static void main(String[] args) throws IOException {
    storage =
        StorageOptions.newBuilder()
            .setHost(System.getenv("STORAGE_API_ENDPOINT"))
            .setProjectId(System.getenv("GOOGLE_CLOUD_PROJECT"))
            .setCredentials(NoCredentials.getInstance())
            .build()
            .getService();
    bucket = args[0];
    Map<String, Object> answers = new LinkedHashMap<>();
    answers.put("names", names());
    answers.put("under a", names(BlobListOption.prefix("a")));
    answers.put("whole", text(read("a b/é.txt")));
    answers.put("range", range("a b/é.txt", 2, 5));
    answers.put("tail", range("a b/é.txt", 7, 10));
    answers.put("gzip", text(read("packed.txt")));
    answers.put("big", range("big.txt", 0, Long.MAX_VALUE).length());
    answers.put("missing", codeOf(() -> read("none")) == 404);
    answers.put(
        "precondition", codeOf(() -> read("a b/é.txt", BlobSourceOption.generationMatch(1))) == 412);
    System.out.println(new Gson().toJson(Map.of("json", answers)));
    System.exit(0);
  }

  private static byte[] read(String name, BlobSourceOption... options) {
    return storage.readAllBytes(BlobId.of(bucket, name), options);
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  /** Through a channel, which asks for ranges. */
  private static String range(String name, long from, long to) throws IOException {
    StringBuilder found = new StringBuilder();
    try (ReadChannel channel = storage.reader(BlobId.of(bucket, name))) {
      channel.seek(from);
      channel.limit(to);
      ByteBuffer buffer = ByteBuffer.allocate(64 * 1024);
      while (channel.read(buffer) >= 0) {
        buffer.flip();
        found.append(StandardCharsets.ISO_8859_1.decode(buffer));
        buffer.clear();
      }
    }
    return found.toString();
  }

  private static List<String> names(BlobListOption... options) {
    List<BlobListOption> all = new ArrayList<>(List.of(options));
    all.add(BlobListOption.pageSize(2));
    List<String> found = new ArrayList<>();
    for (Blob blob : storage.list(bucket, all.toArray(BlobListOption[]::new)).iterateAll()) {
      found.add(blob.getName());
    }
    return found;
  }

  private static int codeOf(Runnable read) {
    try {
      read.run();
      return 200;
    } catch (StorageException error) {
      return error.getCode();
    }
  }
}
