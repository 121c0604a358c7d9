package interop;

import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.jwk.source.JWKSourceBuilder;
import com.nimbusds.jose.proc.DefaultJOSEObjectTypeVerifier;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.proc.DefaultJWTClaimsVerifier;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import java.net.URL;
import java.util.Set;

/** How a service verifies an access token with nimbus-jose-jwt: the JWKS is all that it needs. RFC 9068 §4. */
final class AccessTokenVerifier {
    static final Set<JWSAlgorithm> ALGORITHMS = Set.of(JWSAlgorithm.ES256, JWSAlgorithm.RS256, JWSAlgorithm.EdDSA);
    private static final Set<String> REQUIRED = Set.of("aud", "sub", "client_id", "iat", "exp", "jti");

    private final DefaultJWTProcessor<SecurityContext> processor = new DefaultJWTProcessor<>();

    /** Knows one issuer and one audience; the keys are fetched at the first token and kept. */
    AccessTokenVerifier(String issuer, String audience, URL jwks) {
        var keys = JWKSourceBuilder.<SecurityContext>create(jwks).build();
        var expected = new JWTClaimsSet.Builder().issuer(issuer).build();
        var claims = new DefaultJWTClaimsVerifier<SecurityContext>(audience, expected, REQUIRED);
        claims.setMaxClockSkew(0);
        processor.setJWSTypeVerifier(new DefaultJOSEObjectTypeVerifier<>(new JOSEObjectType("at+jwt")));
        processor.setJWSKeySelector(new JWSVerificationKeySelector<>(ALGORITHMS, keys));
        processor.setJWTClaimsSetVerifier(claims);
    }

    /** Gives the claims of a good access token; throws for every other. */
    JWTClaimsSet verify(String token) throws Exception {
        return processor.process(token, null);
    }
}
