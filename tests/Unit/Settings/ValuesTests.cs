using System.Net;
using OrleansInference.Models;
using OrleansInference.Settings;

namespace OrleansInference.Unit.Settings;

public sealed class ValuesTests
{
    [Theory]
    [InlineData("4096", 4096)]
    [InlineData("1 kb", 1024)]
    [InlineData("512MB", 512L << 20)]
    [InlineData("2G", 2L << 30)]
    [InlineData("1.5GB", 3L << 29)]
    [InlineData("3TB", 3L << 40)]
    public void Sizes_have_units(string text, long bytes) => Assert.Equal(bytes, Values.Size.Require("--kv-memory", text));

    [Theory]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("1.5")]
    [InlineData("GB")]
    [InlineData("")]
    [InlineData("NaNGB")]
    [InlineData("9223372036854775807KB")]
    public void Sizes_that_are_none_are_refused_by_name(string text)
    {
        InferenceException exception = Assert.Throws<InferenceException>(() => Values.Size.Require("--kv-memory", text));
        Assert.Equal((ErrorCode.InvalidOption, "--kv-memory"), (exception.Code, exception.Parameter));
        Assert.Equal($"--kv-memory is '{text}'; expected a size such as 512MB or 2GB.", exception.Message);
    }

    [Theory]
    [InlineData("0.5", 500)]
    [InlineData("2", 2000)]
    [InlineData("250ms", 250)]
    [InlineData("3 s", 3000)]
    [InlineData("1min", 60_000)]
    [InlineData("0.01h", 36_000)]
    public void Times_have_the_unit_of_their_setting_or_one_of_their_own(string text, double milliseconds) =>
        Assert.Equal(milliseconds, Values.Duration(TimeSpan.FromSeconds(1), 0, 3600).Require("--wait", text).TotalMilliseconds, 1e-6);

    [Theory]
    [InlineData("3601")]
    [InlineData("2h")]
    [InlineData("-1")]
    [InlineData("soon")]
    [InlineData("1e300h")]
    public void Times_outside_of_their_range_are_refused(string text) => Assert.False(Values.Duration(TimeSpan.FromSeconds(1), 0, 3600).TryRead(text, out _));

    [Fact]
    public void Addresses_have_names()
    {
        Assert.Equal(IPAddress.Loopback, Values.Address.Require("--host", "localhost"));
        Assert.Equal(IPAddress.Any, Values.Address.Require("--host", "*"));
        Assert.Equal(IPAddress.Parse("10.1.2.3"), Values.Address.Require("--host", "10.1.2.3"));
        Assert.False(Values.Address.TryRead("a host", out _));
        Assert.Equal(["localhost", "*", "10.1.2.3"], new[] { IPAddress.Loopback, IPAddress.Any, IPAddress.Parse("10.1.2.3") }.Select(Values.Write));
    }

    [Fact]
    public void Lists_are_separated_by_commas_and_wrong_items_refuse_them()
    {
        Assert.Equal([1, 8], Values.List(Values.Integer(1, 64)).Require("--streams", "1, 8"));
        Assert.False(Values.List(Values.Integer(1, 64)).TryRead("1,65", out _));
        Assert.Equal([IPNetwork.Parse("127.0.0.1/32"), IPNetwork.Parse("10.0.0.0/8")], Values.List(Values.Network).Require("--proxies", "127.0.0.1,10.0.0.0/8"));
        Assert.False(Values.List(Values.Network).TryRead("127.0.0.1, proxy.example", out _));
    }

    [Fact]
    public void Maps_have_a_value_for_each_name()
    {
        ValueKind<IReadOnlyDictionary<string, double>> map = Values.Map(Values.Number(0, 9));
        Assert.Equal([new("a", 1), new("b", 2.5)], map.Require("--weights", " a=1, b = 2.5,"));
        Assert.Equal("a=1,b=2.5", ((IValueKind)map).Write(map.Require("--weights", "a=1,b=2.5")));
        Assert.Empty(map.Require("--weights", ""));
        Assert.All((string[])["a", "=1", "a=", "a=10", "a=NaN", "a=1=2", "a=1,a=1", "a=1;b=2"], text => Assert.False(map.TryRead(text, out _), text));
    }

    [Theory]
    [InlineData("on", true)]
    [InlineData("OFF", false)]
    [InlineData("True", true)]
    public void Switches_are_on_or_off(string text, bool on) => Assert.Equal(on, Values.Switch.Require("--links", text));

    [Theory]
    [InlineData("ftp://server")]
    [InlineData("localhost:8000")]
    public void Addresses_of_servers_are_of_HTTP(string text) => Assert.False(Values.Url.TryRead(text, out _));
}
