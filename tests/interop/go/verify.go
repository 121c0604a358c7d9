package main

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"

	"github.com/coreos/go-oidc/v3/oidc"
)

var algorithms = []string{oidc.ES256, oidc.RS256, oidc.EdDSA}

var errWrongType = errors.New("typ is not that of an access token")

// accessTokenVerifier is how a service verifies an access token with go-oidc: the JWKS is all that it needs. RFC 9068 §4.
type accessTokenVerifier struct{ tokens *oidc.IDTokenVerifier }

// accessTokenClaims are those that RFC 9068 §2.2 asks for beyond what go-oidc reads.
type accessTokenClaims struct {
	ClientID string `json:"client_id"`
	Scope    string `json:"scope"`
	JTI      string `json:"jti"`
}

// newVerifier knows one issuer and one audience. go-oidc calls the audience ClientID, since it was written for ID tokens.
func newVerifier(keys oidc.KeySet, issuer, audience string) accessTokenVerifier {
	config := &oidc.Config{ClientID: audience, SupportedSigningAlgs: algorithms}
	return accessTokenVerifier{oidc.NewVerifier(issuer, keys, config)}
}

// verify gives the subject and claims of a good access token, and an error for every other.
func (v accessTokenVerifier) verify(ctx context.Context, raw string) (string, accessTokenClaims, error) {
	var claims accessTokenClaims
	if typ := strings.ToLower(typeOf(raw)); typ != "at+jwt" && typ != "application/at+jwt" {
		return "", claims, errWrongType
	}
	token, err := v.tokens.Verify(ctx, raw)
	if err != nil {
		return "", claims, err
	}
	if err := token.Claims(&claims); err != nil {
		return "", claims, err
	}
	if claims.ClientID == "" || claims.JTI == "" || token.Subject == "" || token.IssuedAt.IsZero() {
		return "", claims, errors.New("a claim of RFC 9068 is missing")
	}
	return token.Subject, claims, nil
}

// typeOf reads the header's `typ`, which go-oidc leaves to its caller.
func typeOf(raw string) string {
	var header struct{ Typ string }
	head, _, _ := strings.Cut(raw, ".")
	decoded, err := base64.RawURLEncoding.DecodeString(head)
	if err != nil || json.Unmarshal(decoded, &header) != nil {
		return ""
	}
	return header.Typ
}
