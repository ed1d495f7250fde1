using OrleansInference.Cluster.Session;
using OrleansInference.Simulation.Kernel;
using OrleansInference.Simulation.Model;
using OrleansInference.Simulation.Scenarios;

namespace OrleansInference.Simulation.Running;

/// <summary>Generates a scenario from a seed: a small cluster, requests of several tenants, some of them greedy, and faults.</summary>
internal static class ScenarioGenerator
{
    private const int Tenants = 3;
    private const double WireShare = 0.5;
    private const double PlannerShare = 0.7;
    private const double ShortOfMemoryShare = 0.3;
    private const double FleetShare = 0.3;
    private const double VerifyShare = 0.3;
    private const double HostShare = 0.4;
    private const double RecordShare = 0.4;
    private const int RecordChanges = 3;
    private const double RatesShare = 0.6; // of scenarios with planned devices

    private delegate Fault DrawFault(ref SeededRandom random);

    /// <param name="seed">The seed.</param>
    /// <param name="bug">Defect to plant.</param>
    /// <param name="wishes">Whether clients use more than tokens: see <see cref="ClientBehaviour"/>.</param>
    /// <param name="fleets">Whether there may be several pipelines.</param>
    /// <param name="records">Whether tenants may have records.</param>
    public static Scenario Create(ulong seed, PlantedBug bug = PlantedBug.None, bool wishes = true, bool fleets = true, bool records = true)
    {
        SeededRandom random = new(seed);
        SeededRandom shape = random.Split("shape");
        int stages = shape.Between(1, 4);
        SeededRandom fleet = random.Split("fleet");
        int pipelines = fleets && fleet.Chance(FleetShare) ? fleet.Between(2, 3) : 1;
        Scenario scenario = new()
        {
            Seed = seed,
            Layers = shape.Between(stages, 6),
            Pipelines = pipelines,
            Stages = stages,
            Devices = (stages * pipelines) + shape.Below(3),
            Joining = shape.Below(3),
            SessionHosts = shape.Between(1, 3),
            Gateways = shape.Between(1, 3),
            PageCount = shape.Chance(0.5) ? shape.Between(8, 16) : shape.Between(16, 48),
            JournalPages = shape.Below(3) switch { 0 => 0, 1 => shape.Between(2, 8), _ => 64 },
            Serving = new ServingOptions
            {
                MaxPrefillTokens = shape.Between(4, 64),
                MaxRunningSequences = shape.Between(2, 12),
                Speculation = shape.Chance(0.7),
                InterTokenTarget = TimeSpan.FromMilliseconds(shape.Between(5, 50)),
                TenantWeights = shape.Chance(0.3) ? new Dictionary<string, double> { ["tenant0"] = 2 } : [],
            },
            Requests = [],
            Faults = [],
            Bug = bug,
            Wire = random.Split("wire").Chance(WireShare),
            HostPages = random.Split("host") is var host && host.Chance(HostShare) ? host.Between(1, 24) : 0,
            VerifyPages = random.Split("verify").Chance(VerifyShare),
            Sessions = new SessionOptions { BlockTokens = random.Split("blocks").Between(1, 16) },
        };
        scenario = scenario with { Requests = Requests(scenario, random.Split("requests")) };
        scenario = records ? AddRecords(scenario, random.Split("records")) : scenario;
        scenario = scenario with { Shapes = Shapes(scenario, random.Split("devices")), LearnsRates = random.Split("learning").Chance(RatesShare) };
        scenario = scenario with
        {
            Faults =
            [
                .. MakeFaults(scenario, random.Split("faults")), .. CutLinks(scenario, random.Split("links")), .. Shortages(scenario, random.Split("memory")),
                .. MoveRouter(scenario, random.Split("moves")), .. CrashDirectory(scenario, fleet), .. CorruptPages(scenario, random.Split("spoilt")),
                .. Starve(scenario, random.Split("starved")), .. FreezeStore(random.Split("frozen")), .. CrashInMigrations(random.Split("migrations")),
            ],
        };
        return wishes ? ClientBehaviour.Add(scenario, random.Split("wishes")) : scenario;
    }

    /// <summary>
    /// Generates the scenario of a seed as before the faults of starved processes, frozen storage and corrupted pages existed: a seed that failed then is still
    /// tested in the same form.
    /// </summary>
    public static Scenario CreateWithoutStarving(ulong seed)
    {
        Scenario scenario = Create(seed, records: false);
        return scenario with { VerifyPages = false, HostPages = 0, LearnsRates = false, Faults = [.. scenario.Faults.Where(static fault => fault.Kind < FaultKind.Starve)] };
    }

    /// <summary>Generates the scenario of a seed as before moving routers, devices short of memory or slow, starved processes and several pipelines existed.</summary>
    public static Scenario CreateBefore(ulong seed, bool wishes = true)
    {
        Scenario scenario = Create(seed, wishes: wishes, fleets: false, records: false);
        return scenario with { VerifyPages = false, HostPages = 0, LearnsRates = false, Faults = [.. scenario.Faults.Where(static fault => fault.Kind is not (FaultKind.MoveRouter or FaultKind.OutOfMemory) && fault.Kind < FaultKind.Starve)] };
    }

    /// <summary>Generates the scenario of a seed as before cut links, planned devices and client behaviour existed.</summary>
    public static Scenario CreateEarly(ulong seed)
    {
        Scenario scenario = CreateBefore(seed, wishes: false);
        return scenario with { Shapes = [], Wire = false, Faults = [.. scenario.Faults.Where(static fault => fault.Kind != FaultKind.CutLink)] };
    }

    /// <summary>Adds records of the tenants, which change between their requests.</summary>
    private static Scenario AddRecords(Scenario scenario, SeededRandom random)
    {
        if (!random.Chance(RecordShare))
        {
            return scenario;
        }

        return scenario with
        {
            Requests = [.. scenario.Requests.Select(planned =>
            {
                GenerationRequest request = planned.Request;
                int change = random.Split((ulong)planned.Number).Below(RecordChanges);
                return change == 0 ? planned : planned with { Request = request with { Policy = Policy(change, random.Split(request.Tenant).Split((ulong)change)) } };
            })],
        };

        static TenantPolicy Policy(int change, SeededRandom draw) => new() { Change = change, Weight = 0.5 + (draw.Unit() * 3), SharesPrefixes = draw.Chance(0.6) };
    }

    /// <summary>Generates devices of different speeds and sizes that together hold the model; none if plans follow simple rules.</summary>
    private static List<DeviceShape> Shapes(Scenario scenario, SeededRandom random)
    {
        List<DeviceShape> shapes = [];
        int least = (scenario.Layers + scenario.Stages - 1) / scenario.Stages;
        for (int device = 0; device < scenario.AllDevices && random.Chance(device == 0 ? PlannerShare : 1); device++)
        {
            int layers = random.Chance(0.5) ? least : random.Between(least, scenario.Layers);
            shapes.Add(new DeviceShape(layers, random.Chance(0.5) ? 1 : 1 + (random.Unit() * 3)));
        }

        return shapes;
    }

    /// <summary>Generates links that carry nothing for a while, one way or both, while all others work.</summary>
    private static List<Fault> CutLinks(Scenario scenario, SeededRandom random) => Several(random.Chance(0.5) ? 0 : random.Between(1, 3), ref random, (ref draw) =>
    {
        int link = draw.Below(scenario.Nodes * scenario.Nodes);
        TimeSpan start = TimeSpan.FromMilliseconds(draw.Below(2500));
        return new Fault(FaultKind.CutLink, start, TimeSpan.FromMilliseconds(draw.Between(50, 3000)), link, draw.Below(2));
    });

    /// <summary>Generates devices that have less memory than they announce, from the start or later.</summary>
    private static List<Fault> Shortages(Scenario scenario, SeededRandom random)
    {
        int least = (scenario.Layers + scenario.Stages - 1) / scenario.Stages;
        return Several(random.Chance(ShortOfMemoryShare) ? random.Between(1, 2) : 0, ref random, (ref draw) =>
        {
            TimeSpan start = TimeSpan.FromMilliseconds(draw.Chance(0.3) ? 0 : draw.Below(2500));
            TimeSpan duration = TimeSpan.FromMilliseconds(draw.Between(200, 4000));
            int room = draw.Chance(0.5) ? draw.Between(least, Math.Max(least, scenario.Layers - 1)) : draw.Below(scenario.Layers);
            return new Fault(FaultKind.OutOfMemory, start, duration, draw.Below(scenario.AllDevices), room);
        });
    }

    private static List<PlannedRequest> Requests(Scenario scenario, SeededRandom random)
    {
        int greedy = random.Below(Tenants + 1);
        List<PlannedRequest> requests = [];
        for (int number = random.Between(3, 12); number > 0; number--)
        {
            SeededRandom draw = random.Split((ulong)number);
            int tenant = draw.Chance(0.5) ? Math.Min(greedy, Tenants - 1) : draw.Below(Tenants);
            bool burst = tenant == greedy;
            GenerationRequest request = new()
            {
                RequestId = $"request{requests.Count}",
                Tenant = $"tenant{tenant}",
                Prompt = Prompt(ref draw),
                MaxTokens = draw.Between(1, burst ? 40 : 20),
                MinTokens = draw.Chance(0.2) ? 2 : 0,
                IgnoreEos = draw.Chance(0.5),
                StopTokens = draw.Chance(0.2) ? [draw.Below(ToyModel.VocabularySize)] : [],
                Choices = draw.Chance(0.3) ? draw.Between(2, 3) : 1,
                Priority = draw.Chance(0.1) ? 1 : 0,
                Sampling = new SamplingParameters
                {
                    Temperature = draw.Chance(0.4) ? 0 : 0.8f,
                    Seed = draw.Next(),
                    FrequencyPenalty = draw.Chance(0.15) ? 0.5f : 0,
                },
            };
            requests.Add(new PlannedRequest(requests.Count, TimeSpan.FromMilliseconds(burst ? draw.Below(100) : draw.Below(2000)), request));
        }

        return requests;
    }

    /// <summary>Draws a prompt. Some prompts have a common beginning, even across tenants, so that pages could be shared by mistake.</summary>
    private static int[] Prompt(ref SeededRandom draw)
    {
        int shared = draw.Chance(0.5) ? draw.Between(10, 40) : 0;
        SeededRandom common = new SeededRandom(7).Split((ulong)draw.Below(2));
        int[] prompt = new int[shared + draw.Between(1, 24)];
        for (int i = 0; i < prompt.Length; i++)
        {
            prompt[i] = i < shared ? common.Below(ToyModel.VocabularySize) : draw.Below(ToyModel.VocabularySize);
        }

        return prompt;
    }

    /// <summary>Generates moves of routers to another node, some of which fail.</summary>
    private static List<Fault> MoveRouter(Scenario scenario, SeededRandom random) => Several(random.Chance(0.7) ? 0 : random.Between(1, 4), ref random, (ref draw) =>
        new Fault(FaultKind.MoveRouter, TimeSpan.FromMilliseconds(draw.Below(3000)), TimeSpan.Zero, scenario.Pipelines > 1 ? draw.Below(scenario.Pipelines) : 0, draw.Chance(0.2) ? 1 : 0));

    /// <summary>Generates new activations of the directory, some while the previous one still works.</summary>
    private static List<Fault> CrashDirectory(Scenario scenario, SeededRandom random) =>
        Several(scenario.Pipelines == 1 || random.Chance(0.5) ? 0 : random.Between(1, 3), ref random, static (ref draw) =>
            new Fault(FaultKind.CrashDirectory, TimeSpan.FromMilliseconds(draw.Below(3000)), TimeSpan.Zero, 0, draw.Chance(0.5) ? 1 : 0));

    /// <summary>Generates processes, and sometimes all of them, without a processor for a while, and overtaken messages.</summary>
    private static List<Fault> Starve(Scenario scenario, SeededRandom random)
    {
        List<Fault> faults = Several(random.Chance(0.7) ? 0 : random.Between(1, 4), ref random, (ref draw) =>
        {
            int target = draw.Below(scenario.AllDevices + scenario.SessionHosts + scenario.Gateways + scenario.Pipelines + 1);
            return new Fault(FaultKind.Starve, TimeSpan.FromMilliseconds(draw.Below(3000)), TimeSpan.FromMilliseconds(draw.Between(20, 4000)), target, 0);
        });
        if (random.Chance(0.3))
        {
            faults.Add(new Fault(FaultKind.Stragglers, TimeSpan.FromMilliseconds(random.Below(2000)), TimeSpan.FromMilliseconds(random.Between(200, 4000)), 0, random.Unit() * 0.1));
        }

        return faults;
    }

    /// <summary>Generates standstills of durable storage.</summary>
    private static List<Fault> FreezeStore(SeededRandom random) => Several(random.Chance(0.8) ? 0 : random.Between(1, 3), ref random, static (ref draw) =>
        new Fault(FaultKind.FreezeStore, TimeSpan.FromMilliseconds(draw.Below(3000)), TimeSpan.FromMilliseconds(draw.Between(20, 3000)), 0, 0));

    /// <summary>Generates crashes of routers and devices at waiting points of a migration.</summary>
    private static List<Fault> CrashInMigrations(SeededRandom random) => Several(random.Chance(0.6) ? 0 : random.Between(1, 3), ref random, static (ref draw) =>
        new Fault(FaultKind.CrashInMigration, TimeSpan.FromMilliseconds(draw.Below(2500)), TimeSpan.Zero, draw.Below(4), draw.Between(1, MigrationPoints.Last)));

    /// <summary>Generates corruptions of cached pages.</summary>
    private static List<Fault> CorruptPages(Scenario scenario, SeededRandom random) => Several(random.Chance(0.8) ? 0 : random.Between(1, 6), ref random, (ref draw) =>
        new Fault(FaultKind.CorruptPage, TimeSpan.FromMilliseconds(draw.Below(3000)), TimeSpan.Zero, draw.Below(scenario.AllDevices), draw.Unit()));

    private static List<Fault> Several(int count, ref SeededRandom random, DrawFault draw)
    {
        List<Fault> faults = [];
        for (int i = 0; i < count; i++)
        {
            faults.Add(draw(ref random));
        }

        return faults;
    }

    private static List<Fault> MakeFaults(Scenario scenario, SeededRandom random)
    {
        List<Fault> faults = [];
        int count = random.Below(14);
        for (int i = 0; i < count; i++)
        {
            SeededRandom draw = random.Split((ulong)i);
            FaultKind kind = draw.Chance(0.35) ? FaultKind.CrashDevice : (FaultKind)draw.Below((int)FaultKind.CutLink);
            int targets = kind switch
            {
                FaultKind.CrashDevice or FaultKind.Flap or FaultKind.SlowDevice or FaultKind.Drain => scenario.Devices,
                FaultKind.CrashSessions => scenario.SessionHosts,
                FaultKind.CrashGateway => scenario.Gateways,
                FaultKind.Partition => 2 + scenario.AllDevices + scenario.SessionHosts + scenario.Gateways,
                FaultKind.Reconnect or FaultKind.Cancel => scenario.Requests.Count,
                FaultKind.CrashRouter or FaultKind.DoubleRouter => scenario.Pipelines,
                _ => 1,
            };
            double amount = kind switch
            {
                FaultKind.SlowDevice => draw.Between(2, 30),
                FaultKind.Loss => draw.Unit() * 0.3,
                FaultKind.Duplication => draw.Unit() * 0.5,
                FaultKind.Delay => draw.Unit() * 0.4,
                _ => 0,
            };
            TimeSpan start = TimeSpan.FromMilliseconds(draw.Below(2500));
            TimeSpan duration = TimeSpan.FromMilliseconds(kind is FaultKind.Reconnect or FaultKind.Cancel ? 0 : draw.Between(50, 3000));
            faults.Add(new Fault(kind, start, duration, draw.Below(targets), amount));
        }

        for (int i = 0; i < scenario.Joining; i++)
        {
            faults.Add(new Fault(FaultKind.Join, TimeSpan.FromMilliseconds(random.Below(3000)), TimeSpan.Zero, scenario.Devices + i, 0));
        }

        return [.. faults.Where(fault => fault.Kind != FaultKind.Join || fault.Target >= scenario.Devices)];
    }
}
