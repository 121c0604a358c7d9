package main

import (
	"encoding/base64"
	"encoding/json"
	"strings"
)

var encoding = base64.RawURLEncoding

// withMember gives the JSON object of a token's part with one member changed. The tokens are the server's, so they decode.
func withMember(part, name, value string) string {
	var members map[string]any
	decoded, _ := encoding.DecodeString(part)
	_ = json.Unmarshal(decoded, &members)
	members[name] = value
	changed, _ := json.Marshal(members)
	return encoding.EncodeToString(changed)
}

// altered is the same token about another subject, with the old signature.
func altered(token string) string {
	parts := strings.Split(token, ".")
	return parts[0] + "." + withMember(parts[1], "sub", "somebody-else") + "." + parts[2]
}

// badlySigned is the same claims under a signature with one bit of it turned.
func badlySigned(token string) string {
	end := strings.LastIndex(token, ".") + 1
	signature, _ := encoding.DecodeString(token[end:])
	signature[10] ^= 1
	return token[:end] + encoding.EncodeToString(signature)
}

// unsigned is the same claims with no signature at all.
func unsigned(token string) string {
	parts := strings.Split(token, ".")
	return withMember(parts[0], "alg", "none") + "." + parts[1] + "."
}
