package main

import (
	"context"
	"errors"
	"strings"
	"unicode/utf8"

	"example.com/server/shakesapp"
	"go.opentelemetry.io/otel"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

const maxQueryBytes = 1024

type search struct {
	shakesapp.UnimplementedShakespeareServiceServer
	works *works
}

func (s *search) GetMatchCount(ctx context.Context, request *shakesapp.ShakespeareRequest) (*shakesapp.ShakespeareResponse, error) {
	query := request.GetQuery()
	if query == "" || len(query) > maxQueryBytes || strings.ContainsAny(query, "\n\r") || !utf8.ValidString(query) {
		return nil, status.Error(codes.InvalidArgument, "the query is not 1 to 1024 bytes of UTF-8 in one line")
	}
	texts, err := s.works.read(ctx)
	switch {
	case ctx.Err() != nil:
		return nil, status.FromContextError(ctx.Err()).Err()
	case errors.Is(err, errNoTexts):
		return nil, status.Error(codes.FailedPrecondition, err.Error())
	case err != nil:
		return nil, status.Error(codes.Unavailable, "the texts cannot be read: "+err.Error())
	}
	_, span := otel.Tracer("server").Start(ctx, "count lines")
	defer span.End()
	return &shakesapp.ShakespeareResponse{MatchCount: countLines(texts, strings.ToLower(query))}, nil
}

func countLines(texts []string, query string) (count int64) {
	for _, text := range texts {
		for line := range strings.SplitSeq(text, "\n") {
			if strings.Contains(line, query) {
				count++
			}
		}
	}
	return count
}
