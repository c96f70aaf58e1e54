// Reads the local Cloud Storage by Google's library for Go, by both APIs, and prints what it got.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log"
	"os"

	"cloud.google.com/go/storage"
	"google.golang.org/api/googleapi"
	"google.golang.org/api/iterator"
)

func main() {
	ctx := context.Background()
	answers := map[string]any{}
	byXML, err := storage.NewClient(ctx)
	must(err)
	byJSON, err := storage.NewClient(ctx, storage.WithJSONReads())
	must(err)
	answers["xml"] = readAll(ctx, byXML.Bucket(os.Args[1]))
	answers["json"] = readAll(ctx, byJSON.Bucket(os.Args[1]))
	must(json.NewEncoder(os.Stdout).Encode(answers))
}

func readAll(ctx context.Context, bucket *storage.BucketHandle) map[string]any {
	plain := bucket.Object("a b/é.txt")
	packed := bucket.Object("packed.txt")
	big := bucket.Object("big.txt")
	bigContent := content(big.NewReader(ctx))
	_, missing := bucket.Object("none").NewReader(ctx)
	_, changed := plain.If(storage.Conditions{GenerationMatch: 1}).NewReader(ctx)
	var refusal *googleapi.Error
	errors.As(changed, &refusal)
	_, noBucket := bucket.Object("x").Generation(1).NewReader(ctx)
	return map[string]any{
		"names":        names(ctx, bucket, &storage.Query{}),
		"under a":      names(ctx, bucket, &storage.Query{Prefix: "a"}),
		"whole":        content(plain.NewReader(ctx)),
		"range":        content(plain.NewRangeReader(ctx, 2, 3)),
		"tail":         content(plain.NewRangeReader(ctx, -3, -1)),
		"gzip":         content(packed.NewReader(ctx)),
		"big":          len(bigContent),
		"missing":      errors.Is(missing, storage.ErrObjectNotExist) && errors.Is(noBucket, storage.ErrObjectNotExist),
		"precondition": refusal != nil && refusal.Code == 412,
	}
}

func names(ctx context.Context, bucket *storage.BucketHandle, query *storage.Query) (found []string) {
	objects := bucket.Objects(ctx, query)
	objects.PageInfo().MaxSize = 2
	for {
		attributes, err := objects.Next()
		if errors.Is(err, iterator.Done) {
			return found
		}
		must(err)
		found = append(found, attributes.Name)
	}
}

func content(reader *storage.Reader, err error) string {
	must(err)
	defer reader.Close()
	bytes, err := io.ReadAll(reader)
	must(err)
	return string(bytes)
}

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
