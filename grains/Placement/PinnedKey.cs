using System.Globalization;
using Orleans.Runtime;

namespace OrleansInference.Grains.Placement;

/// <summary>Key of a grain that belongs to one silo: a number, then the silo in the format that Orleans parses.</summary>
internal static class PinnedKey
{
    public static string Of(int number, SiloAddress silo) => string.Create(CultureInfo.InvariantCulture, $"{number}/{silo.ToParsableString()}");

    public static SiloAddress SiloOf(string key) => SiloAddress.FromParsableString(key[(key.IndexOf('/', StringComparison.Ordinal) + 1)..]);
}
