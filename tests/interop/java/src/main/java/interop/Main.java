package interop;

import com.nimbusds.jose.util.JSONObjectUtils;
import com.nimbusds.jwt.JWTClaimsSet;
import interop.Flows.Client;
import interop.Flows.SignedIn;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** The Nimbus SDK signs in and gets tokens; nimbus-jose-jwt verifies them as a service would. Strict checks are on. */
public final class Main {
    private static final String ELSEWHERE = "https://other.example";

    private final Checks checks = new Checks();
    private final Map<String, Object> demo;
    private final String issuer;
    private final Client web;
    private final Client service;

    private Main() throws Exception {
        demo = JSONObjectUtils.parse(Files.readString(Path.of(System.getenv("LATCHKEY_DEMO"))));
        issuer = JSONObjectUtils.getString(demo, "issuer");
        web = client("web");
        service = client("service");
    }

    public static void main(String[] arguments) throws Exception {
        System.exit(new Main().run());
    }

    private Client client(String name) throws Exception {
        var found = JSONObjectUtils.getJSONObject(JSONObjectUtils.getJSONObject(demo, "clients"), name);
        var uris = JSONObjectUtils.getStringList(found, "redirect_uris");
        return new Client(
                JSONObjectUtils.getString(found, "client_id"),
                JSONObjectUtils.getString(found, "client_secret"),
                uris == null || uris.isEmpty() ? null : URI.create(uris.get(0)),
                JSONObjectUtils.getString(found, "audience"));
    }

    private int run() throws Exception {
        var flows = checks.check("discovery", () -> new Flows(issuer));
        var signedIn = checks.check("authorization code flow with PKCE, state, nonce and iss", () -> flows.signIn(web));
        var subject = checks.check("ID token: iss, aud, exp, nonce, signature", () -> flows.validate(web, signedIn))
                .getSubject()
                .getValue();
        var tokens = signedIn.tokens();
        checks.check("access token: typ, iss, aud, exp, algorithm, signature", () -> {
            var claims = belongs(flows, tokens.getAccessToken().getValue(), web);
            Checks.expect("sub", claims.getSubject(), subject);
            return claims;
        });
        checks.check("userinfo is about the same subject", () -> {
            Checks.expect("sub", flows.userInfoSubject(tokens.getAccessToken()), subject);
            return null;
        });
        checks.check("refresh rotates the token", () -> {
            var renewed = flows.refresh(web, tokens.getRefreshToken());
            Checks.expect("the same refresh token", renewed.getRefreshToken().equals(tokens.getRefreshToken()), false);
            return belongs(flows, renewed.getAccessToken().getValue(), web);
        });
        refusals(flows, signedIn);
        asAService(flows);
        return checks.close();
    }

    /** The access token verifies and is this client's. */
    private JWTClaimsSet belongs(Flows flows, String token, Client client) throws Exception {
        var claims = new AccessTokenVerifier(issuer, client.audience(), flows.jwks()).verify(token);
        Checks.expect("client_id", claims.getStringClaim("client_id"), client.id());
        return claims;
    }

    /** What a service must not accept. */
    private void refusals(Flows flows, SignedIn signedIn) throws Exception {
        var jwks = flows.jwks();
        var token = signedIn.tokens().getAccessToken().getValue();
        var good = new AccessTokenVerifier(issuer, web.audience(), jwks);
        checks.refused("another audience", "JWT aud claim rejected",
                () -> new AccessTokenVerifier(issuer, ELSEWHERE, jwks).verify(token));
        checks.refused("another issuer", "JWT iss claim value rejected",
                () -> new AccessTokenVerifier(ELSEWHERE, web.audience(), jwks).verify(token));
        checks.refused("changed claims", "Invalid signature", () -> good.verify(Forge.altered(token)));
        checks.refused("a changed signature", "Invalid signature", () -> good.verify(Forge.badlySigned(token)));
        checks.refused("alg none", "Unsecured (plain) JWTs are rejected", () -> good.verify(Forge.unsigned(token)));
        checks.refused("an ID token as access token", "JOSE header typ", () ->
                new AccessTokenVerifier(issuer, web.id(), jwks).verify(signedIn.tokens().getIDTokenString()));
    }

    /** Client credentials, and the end of a token's life. */
    private void asAService(Flows flows) throws Exception {
        var stranger = new Client(service.id(), "wrong", null, service.audience());
        checks.refused("a wrong client secret", "401", () -> flows.clientCredentials(stranger));
        var token = flows.clientCredentials(service).getAccessToken().getValue();
        var claims = checks.check("client credentials", () -> {
            var found = belongs(flows, token, service);
            Checks.expect("scope", found.getStringClaim("scope"), "read");
            return found;
        });
        var verifier = new AccessTokenVerifier(issuer, service.audience(), flows.jwks());
        checks.check("the token is still good before its end", () -> verifier.verify(token));
        Thread.sleep(Math.max(0, claims.getExpirationTime().getTime() - System.currentTimeMillis()) + 1000);
        checks.refused("an expired token", "Expired JWT", () -> verifier.verify(token));
    }
}
