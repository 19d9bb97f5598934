/// Public RSA keys made with openssl(1), as DKIM publishes them; the second of 2,048 bits is a bare RSAPublicKey.
enum DomainKeys {
    struct Key: Sendable {
        let bits: Int
        let base64: String
    }

    static let all: [Key] = [
        Key(
            bits: 512,
            base64:
                "MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBANEgv1G6qOIF0g/Yw1Ls0blI4Xffii7VFo1xUzaDALt2oF8AtSHNIByxU5RhMDqAQvKC"
                + "tOZ0f7AfwyiXpJt6kJUCAwEAAQ=="),
        Key(
            bits: 1024,
            base64:
                "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQC0pbyiA8N8p5P5Yo5UU6oRJ41JwXohbXfACdqR3coHtoParG8xc3ahrL4C0jto"
                + "0J3mw3klMG13eqOwkWo0sWAfRUQzSFa7zddVzCYE3DZyS6ojYe2AAdPJLsKSF8mQfroRa9Z/pQKyB1YOAO/NOUdPTT5ibGuCszf8"
                + "lKJ05r1qmQIDAQAB"),
        Key(
            bits: 2048,
            base64:
                "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA7hY77Uz51AgOPINh8prB1sfyyVSBB6Rlf01Tp3so8C06kGMavsmFsEOm"
                + "gxYzIZMLw97jP14BwccqHmrkfj0FbEqM/2N+IOKemyKP43PvroUvtUR4ZAguXLKxl46TZw7ddPmgPNBWutg0isOBnTpixeAl3tVa"
                + "eT8dSFU5h9I60vR7RDMnA3rFGh9+HUN5MPFMQXzfqYlkywbTBUR4JWCG75IYft3Zuw5HEyvyYqZ7tq0kGJ0GZjRPx3lud9EwsW3B"
                + "waco64HKV3ToBXcW6wUmjYcUuaCeibzsm6+0wludJm5rV0bI9u6De1SGJfgk6WTkbYrCfP/OH+71c/TWJNyXVwIDAQAB"),
        Key(
            bits: 2048,
            base64:
                "MIIBCgKCAQEA7hY77Uz51AgOPINh8prB1sfyyVSBB6Rlf01Tp3so8C06kGMavsmFsEOmgxYzIZMLw97jP14BwccqHmrkfj0FbEqM"
                + "/2N+IOKemyKP43PvroUvtUR4ZAguXLKxl46TZw7ddPmgPNBWutg0isOBnTpixeAl3tVaeT8dSFU5h9I60vR7RDMnA3rFGh9+HUN5"
                + "MPFMQXzfqYlkywbTBUR4JWCG75IYft3Zuw5HEyvyYqZ7tq0kGJ0GZjRPx3lud9EwsW3Bwaco64HKV3ToBXcW6wUmjYcUuaCeibzs"
                + "m6+0wludJm5rV0bI9u6De1SGJfgk6WTkbYrCfP/OH+71c/TWJNyXVwIDAQAB"),
        Key(
            bits: 4096,
            base64:
                "MIICIjANBgkqhkiG9w0BAQEFAAOCAg8AMIICCgKCAgEAlGzC9ax7Lnqv0IpI5OPHZUTvsKvTqvrCAQ18PkcAfZRTa9WVI/mBTFP/"
                + "iyYgZhDhAMafdsDBFfQ9xLJ7c/vXgXQcapzW6+QNu3qrqenaOUaifkVWbEPj8r9sSz9DzjhkRLBxFwYboQeOfYKthPAAsg826Y4o"
                + "fVdX8GtVU763tYubK3tM/rhGd+RHB8gDEFwyXvWEljg+xsP+hwnOTcgb38VdM/tt97vX4spNyDqiaDiGFXD7K44fr7ubiN9QXj3V"
                + "GOoTR6nuf+kQptkCVh0TAlf70/E/oYyurKnPYxikIFTap1Lku3VxPsnDMP3YRlIp8ImfdGTDSHLMPcLjpEHJ3xiDv125+5b0CFbn"
                + "4r44KdExB7Z2t8D6aGXx6CIlkLMr1LtK9e58sMlGLCaV+BdIiNv8aAqRY3EVBC91kDVLSLCOLsBFCphxDYDr9TQCH39nlA1Ht/x9"
                + "VgHtg+fUMXEO5g6U5FTExK2ceZ9ThzBR90EqhkA5uZ4mmZ96Sq9UqNGlO92eykAYq8H7IyytejoctlGB3qKA7eo5CUmvviCj1ZQh"
                + "FqOiwwOaTemiI/pYOA71+RwaFYzSD5Lg62p2TQho8NwSf5eGEG8HyPfSzbPTeN5OAONn0aKD3cTNbhABJ4zzFAaFb1h/GfnFi/2v"
                + "96ts27ObR/RqG35zwgRlfxRO9ZMCAwEAAQ=="),
    ]
}
