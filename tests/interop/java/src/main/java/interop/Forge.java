package interop;

import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jose.util.JSONObjectUtils;

/** Makes bad tokens from good ones. */
final class Forge {
    private Forge() {}

    private static String withMember(String part, String name, String value) throws Exception {
        var members = JSONObjectUtils.parse(new Base64URL(part).decodeToString());
        members.put(name, value);
        return Base64URL.encode(JSONObjectUtils.toJSONString(members)).toString();
    }

    /** The same token about another subject, with the old signature. */
    static String altered(String token) throws Exception {
        var parts = token.split("\\.");
        return String.join(".", parts[0], withMember(parts[1], "sub", "somebody-else"), parts[2]);
    }

    /** The same claims under a signature with one bit of it turned. */
    static String badlySigned(String token) {
        var parts = token.split("\\.");
        var signature = new Base64URL(parts[2]).decode();
        signature[10] ^= 1;
        return String.join(".", parts[0], parts[1], Base64URL.encode(signature).toString());
    }

    /** The same claims with no signature at all. */
    static String unsigned(String token) throws Exception {
        var parts = token.split("\\.");
        return String.join(".", withMember(parts[0], "alg", "none"), parts[1], "");
    }
}
