// golang.org/x/oauth2 signs in and gets tokens; go-oidc verifies them as a service would. Both with their strict checks on.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"
)

// client is one of the demonstration server's clients.
type client struct {
	ID           string   `json:"client_id"`
	Secret       string   `json:"client_secret"`
	RedirectURIs []string `json:"redirect_uris"`
	Audience     string   `json:"audience"`
}

// demonstration is what the server says about itself.
type demonstration struct {
	Issuer  string                        `json:"issuer"`
	Clients struct{ Web, Service client } `json:"clients"`
}

// run is what the steps share.
type run struct {
	ctx      context.Context
	demo     demonstration
	provider *oidc.Provider
	keys     oidc.KeySet
	oauth    oauth2.Config
}

func main() {
	r := run{ctx: context.Background()}
	must("discovery", r.discover())
	token, err := r.signIn()
	must("authorization code flow with PKCE, state, nonce and iss", err)
	subject, err := r.idToken(token)
	must("ID token: iss, aud, exp, nonce, signature", err)

	web := newVerifier(r.keys, r.demo.Issuer, r.demo.Clients.Web.Audience)
	check("access token: typ, iss, aud, exp, algorithm, signature", r.accessToken(web, token.AccessToken, subject))
	info, err := r.provider.UserInfo(r.ctx, oauth2.StaticTokenSource(token))
	if err == nil {
		err = expect("sub", info.Subject, subject)
	}
	check("userinfo is about the same subject", err)
	check("refresh rotates the token", r.refresh(web, token, subject))

	fresh, err := r.clientCredentials(r.demo.Clients.Service.Secret)
	must("client credentials", err)
	_, err = r.clientCredentials("not" + r.demo.Clients.Service.Secret)
	refused("a wrong client secret", "invalid_client", err)
	r.refusals(token)
	r.expiry(fresh)
	closeChecks()
}

// discover reads the demonstration and the server's metadata, and refuses a foreign issuer.
func (r *run) discover() error {
	text, err := os.ReadFile(os.Getenv("LATCHKEY_DEMO"))
	if err != nil {
		return err
	}
	if err = json.Unmarshal(text, &r.demo); err != nil {
		return err
	}
	if r.provider, err = oidc.NewProvider(r.ctx, r.demo.Issuer); err != nil {
		return err
	}
	var metadata struct {
		JWKS string `json:"jwks_uri"`
	}
	err = r.provider.Claims(&metadata)
	r.keys = oidc.NewRemoteKeySet(r.ctx, metadata.JWKS)
	endpoint := r.provider.Endpoint()
	endpoint.AuthStyle = oauth2.AuthStyleInHeader
	web := r.demo.Clients.Web
	r.oauth = oauth2.Config{
		ClientID: web.ID, ClientSecret: web.Secret, RedirectURL: web.RedirectURIs[0], Endpoint: endpoint,
		Scopes: []string{oidc.ScopeOpenID, "profile", "email", oidc.ScopeOfflineAccess},
	}
	return err
}

// nonce and state are fresh in life; here each is used once.
const nonce, state = "interop-nonce", "interop-state"

// signIn is the authorization code flow.
func (r *run) signIn() (*oauth2.Token, error) {
	verifier := oauth2.GenerateVerifier()
	address := r.oauth.AuthCodeURL(state, oauth2.S256ChallengeOption(verifier), oidc.Nonce(nonce))
	output, err := exec.Command("../signin", address).Output()
	if err != nil {
		return nil, err
	}
	callback, err := url.Parse(strings.TrimSpace(string(output)))
	if err != nil {
		return nil, err
	}
	answer := callback.Query()
	if err := errors.Join(expect("state", answer.Get("state"), state), expect("iss", answer.Get("iss"), r.demo.Issuer)); err != nil {
		return nil, err
	}
	return r.oauth.Exchange(r.ctx, answer.Get("code"), oauth2.VerifierOption(verifier))
}

// idToken verifies it and gives its subject. OpenID Connect Core §3.1.3.7.
func (r *run) idToken(token *oauth2.Token) (string, error) {
	raw, _ := token.Extra("id_token").(string)
	config := &oidc.Config{ClientID: r.demo.Clients.Web.ID, SupportedSigningAlgs: algorithms}
	id, err := r.provider.VerifierContext(r.ctx, config).Verify(r.ctx, raw)
	if err != nil {
		return "", err
	}
	if typeOf(raw) == "at+jwt" {
		return "", errors.New("the ID token says that it is an access token")
	}
	return id.Subject, expect("nonce", id.Nonce, nonce)
}

// accessToken verifies it, and that it is the web client's, about the person.
func (r *run) accessToken(verifier accessTokenVerifier, raw, subject string) error {
	sub, claims, err := verifier.verify(r.ctx, raw)
	return errors.Join(err, expect("sub", sub, subject), expect("client_id", claims.ClientID, r.demo.Clients.Web.ID))
}

// refresh lets the library renew an access token that it takes to be gone.
func (r *run) refresh(verifier accessTokenVerifier, token *oauth2.Token, subject string) error {
	renewed, err := r.oauth.TokenSource(r.ctx, &oauth2.Token{RefreshToken: token.RefreshToken}).Token()
	if err != nil {
		return err
	}
	if renewed.RefreshToken == token.RefreshToken {
		return errors.New("the refresh token is still the old one")
	}
	return r.accessToken(verifier, renewed.AccessToken, subject)
}

// clientCredentials gets the service's own token and verifies it.
func (r *run) clientCredentials(secret string) (string, error) {
	service := r.demo.Clients.Service
	config := clientcredentials.Config{
		ClientID: service.ID, ClientSecret: secret, TokenURL: r.oauth.Endpoint.TokenURL,
		AuthStyle: oauth2.AuthStyleInHeader, Scopes: []string{"read"},
	}
	token, err := config.Token(r.ctx)
	if err != nil {
		return "", err
	}
	_, claims, err := newVerifier(r.keys, r.demo.Issuer, service.Audience).verify(r.ctx, token.AccessToken)
	return token.AccessToken, errors.Join(err, expect("client_id", claims.ClientID, service.ID), expect("scope", claims.Scope, "read"))
}

// refusals are what a service must not accept.
func (r *run) refusals(token *oauth2.Token) {
	issuer, audience := r.demo.Issuer, r.demo.Clients.Web.Audience
	try := func(issuer, audience, token string) error {
		_, _, err := newVerifier(r.keys, issuer, audience).verify(r.ctx, token)
		return err
	}
	access := token.AccessToken
	id, _ := token.Extra("id_token").(string)
	refused("another audience", "expected audience", try(issuer, "https://other.example", access))
	refused("another issuer", "issued by a different provider", try("https://other.example", audience, access))
	refused("changed claims", "failed to verify signature", try(issuer, audience, altered(access)))
	refused("a changed signature", "failed to verify signature", try(issuer, audience, badlySigned(access)))
	refused("alg none", "unexpected signature algorithm", try(issuer, audience, unsigned(access)))
	refused("an ID token as access token", errWrongType.Error(), try(issuer, r.demo.Clients.Web.ID, id))
}

// expiry waits for a token's end.
func (r *run) expiry(token string) {
	service := newVerifier(r.keys, r.demo.Issuer, r.demo.Clients.Service.Audience)
	verified, err := service.tokens.Verify(r.ctx, token)
	must("the token is still good before its end", err)
	time.Sleep(time.Until(verified.Expiry) + time.Second)
	_, _, err = service.verify(r.ctx, token)
	var expired *oidc.TokenExpiredError
	if err != nil && !errors.As(err, &expired) {
		err = fmt.Errorf("another reason: %w", err)
	}
	refused("an expired token", "token is expired", err)
}
