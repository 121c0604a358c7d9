package interop;

import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.jwk.source.JWKSourceBuilder;
import com.nimbusds.oauth2.sdk.AuthorizationCode;
import com.nimbusds.oauth2.sdk.AuthorizationCodeGrant;
import com.nimbusds.oauth2.sdk.AuthorizationGrant;
import com.nimbusds.oauth2.sdk.ClientCredentialsGrant;
import com.nimbusds.oauth2.sdk.RefreshTokenGrant;
import com.nimbusds.oauth2.sdk.ResponseType;
import com.nimbusds.oauth2.sdk.Scope;
import com.nimbusds.oauth2.sdk.TokenRequest;
import com.nimbusds.oauth2.sdk.auth.ClientSecretBasic;
import com.nimbusds.oauth2.sdk.auth.Secret;
import com.nimbusds.oauth2.sdk.id.ClientID;
import com.nimbusds.oauth2.sdk.id.Issuer;
import com.nimbusds.oauth2.sdk.id.State;
import com.nimbusds.oauth2.sdk.pkce.CodeChallengeMethod;
import com.nimbusds.oauth2.sdk.pkce.CodeVerifier;
import com.nimbusds.oauth2.sdk.token.AccessToken;
import com.nimbusds.oauth2.sdk.token.RefreshToken;
import com.nimbusds.openid.connect.sdk.AuthenticationRequest;
import com.nimbusds.openid.connect.sdk.AuthenticationResponseParser;
import com.nimbusds.openid.connect.sdk.Nonce;
import com.nimbusds.openid.connect.sdk.OIDCTokenResponse;
import com.nimbusds.openid.connect.sdk.OIDCTokenResponseParser;
import com.nimbusds.openid.connect.sdk.UserInfoRequest;
import com.nimbusds.openid.connect.sdk.UserInfoResponse;
import com.nimbusds.openid.connect.sdk.claims.IDTokenClaimsSet;
import com.nimbusds.openid.connect.sdk.op.OIDCProviderMetadata;
import com.nimbusds.openid.connect.sdk.token.OIDCTokens;
import com.nimbusds.openid.connect.sdk.validators.IDTokenValidator;
import java.net.URI;
import java.net.URL;
import java.nio.charset.StandardCharsets;

/** The ways to a token, through the Nimbus OAuth 2.0 SDK. */
final class Flows {
    /** One of the demonstration server's clients. */
    record Client(String id, String secret, URI redirectUri, String audience) {
        ClientSecretBasic authentication() {
            return new ClientSecretBasic(new ClientID(id), new Secret(secret));
        }
    }

    /** What a sign-in brought, and the nonce that its ID token must have. */
    record SignedIn(OIDCTokens tokens, Nonce nonce) {}

    private final OIDCProviderMetadata server;

    /** Reads the metadata; a foreign issuer is refused. */
    Flows(String issuer) throws Exception {
        server = OIDCProviderMetadata.resolve(new Issuer(issuer));
    }

    URL jwks() throws Exception {
        return server.getJWKSetURI().toURL();
    }

    /** The authorization code flow with PKCE, state and nonce. */
    SignedIn signIn(Client client) throws Exception {
        var verifier = new CodeVerifier();
        var nonce = new Nonce();
        var scope = new Scope("openid", "profile", "email", "offline_access");
        var request = new AuthenticationRequest.Builder(
                        ResponseType.CODE, scope, new ClientID(client.id), client.redirectUri)
                .endpointURI(server.getAuthorizationEndpointURI())
                .state(new State())
                .nonce(nonce)
                .codeChallenge(verifier, CodeChallengeMethod.S256)
                .build();
        var response = AuthenticationResponseParser.parse(browse(request.toURI()));
        if (response.indicatesSuccess()) {
            Checks.expect("state", response.getState(), request.getState());
            Checks.expect("iss", response.getIssuer(), server.getIssuer());
        }
        AuthorizationCode code = response.toSuccessResponse().getAuthorizationCode();
        return new SignedIn(redeem(client, new AuthorizationCodeGrant(code, client.redirectUri, verifier), null), nonce);
    }

    /** Where the browser is sent after signing in at {@code address}. */
    private static URI browse(URI address) throws Exception {
        var browser = new ProcessBuilder("../signin", address.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        var callback = new String(browser.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        Checks.expect("the exit code of signin", browser.waitFor(), 0);
        return URI.create(callback.strip());
    }

    /** Any grant at the token endpoint. An error answer throws, with its status and code. */
    OIDCTokens redeem(Client client, AuthorizationGrant grant, Scope scope) throws Exception {
        var request = new TokenRequest(server.getTokenEndpointURI(), client.authentication(), grant, scope);
        var response = OIDCTokenResponseParser.parse(request.toHTTPRequest().send());
        if (!response.indicatesSuccess()) {
            // Java's own HTTP client drops the body of a 401, and the error code with it.
            var error = response.toErrorResponse().getErrorObject();
            throw new Exception(error.getHTTPStatusCode() + " " + error.getCode());
        }
        return ((OIDCTokenResponse) response.toSuccessResponse()).getOIDCTokens();
    }

    OIDCTokens refresh(Client client, RefreshToken token) throws Exception {
        return redeem(client, new RefreshTokenGrant(token), null);
    }

    OIDCTokens clientCredentials(Client client) throws Exception {
        return redeem(client, new ClientCredentialsGrant(), new Scope("read"));
    }

    /** OpenID Connect Core §3.1.3.7. */
    IDTokenClaimsSet validate(Client client, SignedIn signedIn) throws Exception {
        var keys = new JWSVerificationKeySelector<>(
                AccessTokenVerifier.ALGORITHMS, JWKSourceBuilder.create(jwks()).build());
        var validator = new IDTokenValidator(server.getIssuer(), new ClientID(client.id), keys, null);
        validator.setMaxClockSkew(0);
        return validator.validate(signedIn.tokens().getIDToken(), signedIn.nonce());
    }

    /** The subject that the userinfo endpoint tells. */
    String userInfoSubject(AccessToken token) throws Exception {
        var request = new UserInfoRequest(server.getUserInfoEndpointURI(), token);
        var response = UserInfoResponse.parse(request.toHTTPRequest().send());
        if (!response.indicatesSuccess()) {
            throw new Exception(response.toErrorResponse().getErrorObject().toString());
        }
        return response.toSuccessResponse().getUserInfo().getSubject().getValue();
    }
}
