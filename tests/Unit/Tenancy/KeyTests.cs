using OrleansInference.Tenancy.Keys;
using OrleansInference.Tenancy.Tenants;

namespace OrleansInference.Unit.Tenancy;

public sealed class KeyTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void The_text_of_a_key_has_its_id_and_is_never_the_same()
    {
        (string Id, string Text)[] keys = [.. Enumerable.Range(0, 1000).Select(static _ => KeySecret.Create())];
        Assert.All(keys, static key => Assert.True(KeySecret.TryReadId(key.Text, out string id) && id == key.Id));
        Assert.Equal(keys.Length, keys.Select(static key => key.Id).Distinct().Count());
        Assert.Equal(keys.Length, keys.Select(static key => key.Text.Split('-')[2]).Distinct().Count());
        Assert.All(keys, static key => Assert.All(key.Text, static letter => Assert.True(letter is (>= 'a' and <= 'z') or (>= '2' and <= '7') or '-')));
    }

    [Fact]
    public void A_key_has_the_rights_of_its_role_that_are_in_its_scopes()
    {
        AccessKey key = new("aaaaaaaaaaaa", "team", Role.TenantAdmin, new byte[32], Now);
        Assert.Equal(Rights.Generate | Rights.ReadUsage | Rights.ManageTenant | Rights.ReadStatus, key.Rights);
        Assert.Equal(Rights.ReadUsage, (key with { Scopes = Rights.ReadUsage | Rights.ManageCluster }).Rights);
        Assert.Equal(Rights.None, (key with { Role = Role.Auditor, Scopes = Rights.Generate }).Rights);
        Assert.All(Enum.GetValues<Role>(), static role => Assert.Equal(role, Roles.Find(Roles.NameOf(role))));
        Assert.Null(Roles.Find("root"));
    }

    [Fact]
    public void A_key_is_valid_until_it_expires_or_is_revoked()
    {
        AccessKey key = new("aaaaaaaaaaaa", "team", Role.User, new byte[32], Now);
        Assert.True(key.IsValid(Now.AddYears(100)));
        Assert.True((key with { ExpiresAt = Now.AddTicks(1) }).IsValid(Now));
        Assert.False((key with { ExpiresAt = Now }).IsValid(Now));
        Assert.False((key with { RevokedAt = Now.AddDays(1) }).IsValid(Now));
    }

    [Theory]
    [InlineData("team-1_b.C", true)]
    [InlineData("", false)]
    [InlineData("a b", false)]
    [InlineData("täm", false)]
    [InlineData("a/b", false)]
    public void Names_of_tenants_fit_in_settings_and_labels(string name, bool valid) => Assert.Equal(valid, Tenant.IsName(name));

    [Fact]
    public void A_long_name_is_refused()
    {
        Assert.True(Tenant.IsName(new string('a', Tenant.MaxNameLength)));
        Assert.False(Tenant.IsName(new string('a', Tenant.MaxNameLength + 1)));
    }

    public static TheoryData<Limits, string?> Faults => new()
    {
        { Limits.None, null },
        { new Limits { Streams = 0 }, "streams is 0, but must be at least 1" },
        { new Limits { TokensPerDay = -5 }, "tokens_per_day is -5, but must be at least 1" },
        { new Limits { Weight = 0 }, "weight is 0, but must be a number from 0.001 to 1000" },
        { new Limits { Weight = double.NaN }, "weight is NaN, but must be a number from 0.001 to 1000" },
        { new Limits { Models = ["demo", " "] }, "models contains an empty name" },
        { new Limits { KvBytes = 0, MaxPriority = -100, Models = [] }, null },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public void A_limit_that_cannot_be_kept_is_named(Limits limits, string? fault) => Assert.Equal(fault, limits.FindFault());

    [Fact]
    public void Limits_with_equal_models_are_equal()
    {
        Limits limits = new() { Models = ["a", "b"] };
        Assert.Equal(limits, new Limits { Models = ["a", "b"] });
        Assert.NotEqual(limits, new Limits { Models = ["b", "a"] });
        Assert.NotEqual(limits, Limits.None);
        Assert.Equal(limits.GetHashCode(), new Limits { Models = ["a", "b"] }.GetHashCode());
    }
}
