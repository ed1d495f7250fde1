using System.Text;
using OrleansInference.Tenancy.Audit.Masking;

namespace OrleansInference.Unit.Tenancy.Audit;

public sealed class PersonalDataMaskTests
{
    // Kind: numbers and addresses in the forms in which people write them.
    public static TheoryData<string, string[]> Examples => new()
    {
        { "email", ["a@b.cc", "first.last+tag@mail.example.co.uk", "Grüße@münchen.de", "_x%y@xn--mnchen-3ya.de", "x@example.xn--p1ai"] },
        { "iban", ["DE89370400440532013000", "DE89 3704 0044 0532 0130 00", "gb29nwbk60161331926819", "GB29 NWBK 6016 1331 9268 19", "FR14 2004 1010 0505 0001 3M02 606", "NO9386011117947"] },
        { "card", ["4111111111111111", "4111 1111 1111 1111", "5500-0000-0000-0004", "378282246310005", "3782 822463 10005", "30569309025904", "6011111111111117", "3530111333300000", "2221000000000009", "4222222222222"] },
        { "cn-resident-id", ["11010519491231002X", "11010519491231002x"] },
        { "fr-nir", ["185057800608491", "1 85 05 78 006 084 91", "1 85 05 2A 006 084 35"] },
        { "de-tax-id", ["86095742719", "86 095 742 719", "65929970489"] },
        { "pl-pesel", ["44051401359"] },
        { "us-ssn", ["078-05-1120", "078 05 1120"] },
        { "ca-sin", ["130-692-544", "130 692 544"] },
        { "br-cpf", ["529.982.247-25", "111.444.777-35"] },
        { "in-aadhaar", ["2341 2341 2346", "2341-2341-2346"] },
        { "kr-rrn", ["900101-1234567"] },
        { "nl-bsn", ["1112.22.333", "1112 22 333"] },
        { "be-rrn", ["85.07.30-033.28"] },
        { "ch-ahv", ["756.9217.0769.85", "7569217076985"] },
        { "fi-hetu", ["131052-308T"] },
        { "se-personnummer", ["811218-9876", "19811218-9876"] },
        { "es-dni", ["12345678Z", "12345678-Z", "12.345.678-Z", "X1234567L", "X-1234567-L"] },
        { "gb-nino", ["AB123456C", "AB 12 34 56 C", "AB 123456 C"] },
        { "it-codice-fiscale", ["RSSMRA85T10A562S", "rssmra85t10a562s", "RSS MRA 85T10 A562S"] },
        { "phone", ["+49 30 901820", "+49 (0)30 901820", "+4930901820", "+1-415-555-2671", "0044 20 7946 0958", "(415) 555-2671", "(415)555-2671", "415-555-2671", "415.555.2671", "1-415-555-2671", "+33 6 12 34 56 78"] },
    };

    [Theory]
    [MemberData(nameof(Examples))]
    public void Personal_data_is_masked_in_every_surrounding(string kind, string[] examples)
    {
        PersonalDataMask one = PersonalDataMask.Parse(kind);
        Assert.Equal([kind], one.Kinds);
        foreach (string example in examples)
        {
            foreach (string surrounding in (string[])["{0}", "It is {0}.", "{0}, and {0}; \"{0}\"", "<{0}>", "({0})", "key={0}&x", "number: {0}\nnext", "a/{0}/b", "number:{0}", "[{0}]", "ü {0} – {0}!", "{0}? yes", "\t{0}\r\n"])
            {
                string expected = surrounding.Replace("{0}", $"[{kind}]", StringComparison.Ordinal);
                string text = surrounding.Replace("{0}", example, StringComparison.Ordinal);
                Assert.Equal(expected, one.Apply(text));
                Assert.Equal(expected, PersonalDataMask.All.Apply(text));
                Assert.Same(text, PersonalDataMask.None.Apply(text));
            }
        }
    }

    [Fact]
    public void Every_kind_has_examples() => Assert.Equal(PersonalDataMask.Known, Examples.Select(static example => (string)example[0]));

    [Theory]
    [InlineData("iban")]
    [InlineData("card")]
    [InlineData("cn-resident-id")]
    [InlineData("fr-nir")]
    [InlineData("de-tax-id")]
    [InlineData("pl-pesel")]
    [InlineData("ca-sin")]
    [InlineData("br-cpf")]
    [InlineData("in-aadhaar")]
    [InlineData("nl-bsn")]
    [InlineData("be-rrn")]
    [InlineData("ch-ahv")]
    [InlineData("fi-hetu")]
    [InlineData("es-dni")]
    public void A_number_with_a_wrong_digit_is_not_one(string kind)
    {
        PersonalDataMask mask = PersonalDataMask.Parse(kind);
        foreach (string example in (string[])Examples.Single(row => (string)row[0] == kind)[1])
        {
            for (int i = 0; i < example.Length; i++)
            {
                for (char digit = '0'; digit <= '9' && char.IsAsciiDigit(example[i]); digit++)
                {
                    string changed = example[..i] + digit + example[(i + 1)..];
                    Assert.Equal(digit == example[i] ? $"[{kind}]" : changed, mask.Apply(changed));
                }
            }
        }
    }

    [Theory]
    [InlineData("BSN 111222333", "BSN [nl-bsn]")]
    [InlineData("burgerservicenummer: 111.222.333", "burgerservicenummer: [nl-bsn]")]
    [InlineData("111222333", "111222333")]
    [InlineData("Aadhaar no. 234123412346", "Aadhaar no. [in-aadhaar]")]
    [InlineData("234123412346", "234123412346")]
    public void Numbers_that_many_others_look_like_need_their_name(string text, string expected) => Assert.Equal(expected, PersonalDataMask.All.Apply(text));

    [Theory]
    [InlineData("v1.2.3, 10.0.26100.4652 and 2.15.0-beta.1+build.20261130")]
    [InlineData("2026-11-30T12:22:51.123Z, 2026-11-30 12:22:51, 30.11.2026 12:22, 20261130122251, +01:00")]
    [InlineData("1796041371, 1796041371123, 1796041371123456, 1796041371123456789")]
    [InlineData("9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")]
    [InlineData("sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 d41d8cd98f00b204e9800998ecf8427e 834914b")]
    [InlineData("550e8400-e29b-41d4-a716-446655440000 00000000-0000-0000-0000-000000000000 12345678-1234-1234-1234-234123412346")]
    [InlineData("[151646, 151648, 198, 32313, 11, 358, 1184, 311] 1234 5678 9012 3456 7890 1234 2341 2341 2346 4111 1111 1111 1111")]
    [InlineData("0, 1, 2, 3; 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20")]
    [InlineData("3.14159265358979 1e-10 -0.6931471805599453 6.02214076e23 134217728 4294967296 18446744073709551615")]
    [InlineData("192.168.100.200:8080 10.0.0.1/24 fe80::1ff:fe23:4567:890a 00:1A:2B:3C:4D:5E")]
    [InlineData("oi-abcdefghijkl-abcdefghijklmnopqrstuvwxyz234567abcdefghijklmnopqrst chatcmpl-4111111111111111")]
    [InlineData("user@host, @name, a@b, git@v1.2.3, x @ y.com, foo@-bar.com, a@b..c, package@10.3.0")]
    [InlineData("id_4111111111111111 x4111111111111111 41111111111111112 4111111111111111-7 0x4111111111111111")]
    [InlineData("if (1 + 12345678) { x += 100000000; } // 555 1234 (123) 456-7890")]
    [InlineData("ISBN 978-3-16-148410-0, CVE-2026-12345678, RFC 8259, order 2026-000123-45, 123-456-7890, 000-00-0000, 900-12-3456")]
    [InlineData("811218-9877 AA000000A000 QQ123456C GB82WEST12345698765433 12345678A RSSMRA85T10A562T")]
    [InlineData("The answer is 579.\nStep 1: 123 + 456 = 579; 2^61 - 1 = 2305843009213693951")]
    public void Lookalikes_are_kept(string text) => Assert.Equal(text, PersonalDataMask.All.Apply(text));

    [Fact]
    public void What_follows_a_match_is_kept()
    {
        Assert.Equal("call [phone] 2026-01-01 at 10", PersonalDataMask.All.Apply("call +49 30 1234567 2026-01-01 at 10"));
        Assert.Equal("[card] 12/27 123", PersonalDataMask.All.Apply("4111 1111 1111 1111 12/27 123"));
        Assert.Equal("[email],[email];[phone]/[phone]", PersonalDataMask.All.Apply("a@b.cc,b@c.dd;+4930901820/+4930901821"));
        Assert.Equal("[email]. [email].", PersonalDataMask.All.Apply("a@b.cc. a.b@c.dd."));
    }

    [Fact]
    public void Kinds_come_from_a_list()
    {
        Assert.Equal(["email", "phone"], PersonalDataMask.Parse(" phone, email,").Kinds);
        Assert.Equal(PersonalDataMask.Known, PersonalDataMask.Parse("all").Kinds);
        Assert.Empty(PersonalDataMask.Parse("none").Kinds);
        Assert.Empty(PersonalDataMask.Parse("").Kinds);
        Assert.Equal("[email] +4930901820", PersonalDataMask.Parse("email").Apply("a@b.cc +4930901820"));
        FormatException refused = Assert.Throws<FormatException>(static () => PersonalDataMask.Parse("email,fax"));
        Assert.Contains("'fax'", refused.Message, StringComparison.Ordinal);
        Assert.All(PersonalDataMask.Known, kind => Assert.Contains(kind, refused.Message, StringComparison.Ordinal));
        Assert.False(PersonalDataMask.TryParse("Email", out PersonalDataMask mask, out _));
        Assert.Equal(PersonalDataMask.Known, mask.Kinds);
    }

    // A scanner that takes quadratic time does not end within a test's life.
    [Theory]
    [InlineData("a")]
    [InlineData("1")]
    [InlineData("1 ")]
    [InlineData("a@")]
    [InlineData("a.")]
    [InlineData("a@a.")]
    [InlineData("+1")]
    [InlineData("+1 (")]
    [InlineData("(")]
    [InlineData("4111 ")]
    [InlineData("DE89 ")]
    [InlineData("@")]
    [InlineData(".-_%")]
    [InlineData("bsn ")]
    public void Hostile_texts_take_linear_time(string part)
    {
        StringBuilder text = new();
        while (text.Length < 500_000)
        {
            text.Append(part);
        }

        Assert.NotNull(PersonalDataMask.All.Apply(text.Append('@').ToString()));
        Assert.NotNull(PersonalDataMask.All.Apply(text.Insert(0, "@x.y ").ToString()));
    }

    [Fact]
    public void Random_texts_do_no_harm() => Seeded.Run(static random =>
    {
        const string Alphabet = "0123456789 0123456789-.+()@:/ABZaz\u00fc\ud83d\ude00_%\n";
        for (int turn = 0; turn < 20_000; turn++)
        {
            string text = new([.. Enumerable.Range(0, random.Next(60)).Select(_ => Alphabet[random.Next(Alphabet.Length)])]);
            string example = (string)((string[])Examples.ElementAt(random.Next(Examples.Count))[1])[0];
            string masked = PersonalDataMask.All.Apply($"{text} , {example} , {text}");
            Assert.DoesNotContain($" , {example} , ", masked, StringComparison.Ordinal);
        }
    });
}
