package main

import (
	"context"
	"errors"
	"io"
	"strings"
	"sync"
	"unicode/utf8"

	"cloud.google.com/go/storage"
	"google.golang.org/api/iterator"
)

var errNoTexts = errors.New("the bucket and prefix hold no texts")

// The texts, lowered; read with the first call and kept.
type works struct {
	bucket *storage.BucketHandle
	prefix string

	mutex sync.Mutex
	texts []string
}

func (w *works) read(ctx context.Context) ([]string, error) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	if w.texts != nil {
		return w.texts, nil
	}
	texts, err := w.load(ctx)
	if err != nil {
		return nil, err
	}
	if len(texts) == 0 {
		return nil, errNoTexts
	}
	w.texts = texts
	return texts, nil
}

func (w *works) load(ctx context.Context) (texts []string, err error) {
	query := &storage.Query{}
	if w.prefix != "/" {
		query.Prefix = w.prefix
	}
	objects := w.bucket.Objects(ctx, query)
	for {
		attributes, err := objects.Next()
		if errors.Is(err, iterator.Done) {
			return texts, nil
		}
		if err != nil {
			return nil, err
		}
		if strings.HasSuffix(attributes.Name, "/") {
			continue
		}
		text, err := w.readText(ctx, attributes.Name)
		if err != nil {
			return nil, err
		}
		texts = append(texts, strings.ToLower(text))
	}
}

func (w *works) readText(ctx context.Context, name string) (string, error) {
	reader, err := w.bucket.Object(name).NewReader(ctx)
	if err != nil {
		return "", err
	}
	defer reader.Close()
	content, err := io.ReadAll(reader)
	if err != nil {
		return "", err
	}
	if utf8.Valid(content) {
		return string(content), nil
	}
	// ISO-8859-1: each byte is the character of that number.
	characters := make([]rune, len(content))
	for index, each := range content {
		characters[index] = rune(each)
	}
	return string(characters), nil
}
