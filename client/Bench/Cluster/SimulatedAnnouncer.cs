using Orleans.Runtime;
using OrleansInference.Grains;
using OrleansInference.Grains.Directory;
using OrleansInference.Grains.Nodes;

namespace OrleansInference.Bench.Cluster;

/// <summary>Simulated node that computes all the time and announces itself as the node's announcer does, in one process with all others.</summary>
internal sealed class SimulatedAnnouncer
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan WhileQuiet = TimeSpan.FromSeconds(5);

    private readonly IDirectoryGrain _directory;
    private readonly JoinDelays _delays;
    private readonly Random _random;
    private readonly DirectoryExchange _exchange = new();
    private volatile TaskCompletionSource _asks = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile NodeState _state;
    private long _answered;

    /// <param name="directory">Directory to announce to.</param>
    /// <param name="delays">Told of each view.</param>
    /// <param name="silo">Existing silo: the directory drops nodes whose silos do not exist.</param>
    /// <param name="terms">Configuration that all nodes share.</param>
    /// <param name="number">Number of the node, from 1.</param>
    public SimulatedAnnouncer(IDirectoryGrain directory, JoinDelays delays, SiloAddress silo, ClusterConfig terms, int number)
    {
        _directory = directory;
        _delays = delays;
        _random = new Random(number);
        _state = new NodeState
        {
            Name = $"node-{number}.cluster.example",
            Silo = silo,
            Gateway = 1000 + (2 * number),
            Url = $"http://node-{number}.cluster.example:8000",
            Process = 10_000 + number,
            LinkPort = 20_000 + (number % 10_000),
            LinkKey = Bytes(32),
            Terms = terms with { },
            AcceptsUpdates = true,
            Devices =
            [
                new DeviceState
                {
                    Number = 1001 + (2 * number), MemoryBytes = 1L << 36, ReadBandwidth = 2.5e10 * (1 + _random.NextDouble()), ArithmeticRate = 1e12 * (1 + _random.NextDouble()),
                    RateShare = 1, Pages = 4096, StepTokens = 512, FirstLayer = 0, EndLayer = 4, Epoch = 1,
                },
            ],
        };
    }

    /// <summary>Number of answered announcements.</summary>
    public long Answered => Interlocked.Read(ref _answered);

    public int Gateway => _state.Gateway;

    /// <summary>Handles a change of the directory's view.</summary>
    public void OnViewChanged(Guid directory, long version, ViewUpdate? update)
    {
        if (!_exchange.IsBehind(directory, version))
        {
            return;
        }

        if (update is not null && _state.Admitted && _exchange.Take(directory, update))
        {
            _delays.OnView(this, _exchange.View.Version);
        }
        else
        {
            _asks.TrySetResult();
        }
    }

    /// <summary>Announces the node until it is cancelled, starting at a random time in the first interval.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await Task.Delay(_random.Next((int)Interval.TotalMilliseconds), cancellationToken);
        long announced = 0;
        while (!cancellationToken.IsCancellationRequested)
        {
            Compute();
            if (_asks.Task.IsCompleted || Environment.TickCount64 - announced >= WhileQuiet.TotalMilliseconds || !_exchange.IsQuiet(_state))
            {
                _asks = new(TaskCreationOptions.RunContinuationsAsynchronously);
                announced = Environment.TickCount64;
                await AnnounceAsync();
            }

            await Task.WhenAny(_asks.Task, Task.Delay(Interval, cancellationToken));
        }
    }

    /// <summary>Changes the node's condition: its rate, or whether it drains.</summary>
    public void Change() => _state = _random.Next(2) == 0
        ? _state with { Draining = !_state.Draining }
        : _state with { Devices = [_state.Devices[0] with { RateShare = _state.Devices[0].RateShare > 0.5 ? 0.4 : 1 }] };

    private async Task AnnounceAsync()
    {
        try
        {
            await _exchange.AnnounceAsync(_directory, _state);
            _delays.OnView(this, _exchange.View.Version);
            Interlocked.Increment(ref _answered);
            if (!_state.Admitted && _exchange.View.Complete)
            {
                _state = _state with { Admitted = true };
            }
        }
        catch (Exception error) when (error is OrleansException or TimeoutException)
        {
            _exchange.OnFailure();
        }
    }

    /// <summary>Advances the counters, and varies the rate as measurements do.</summary>
    private void Compute()
    {
        NodeState state = _state;
        DeviceState device = state.Devices[0];
        double share = device.RateShare > 0.5 ? 0.95 + (_random.NextDouble() * 0.05) : 0.4;
        _state = state with
        {
            Sessions = _random.Next(64),
            Streams = _random.Next(32),
            LinkMessages = state.LinkMessages + 40,
            LinkBytes = state.LinkBytes + 400_000,
            Devices = [device with { RateShare = share, Steps = device.Steps + 20, Computing = device.Computing + TimeSpan.FromMilliseconds(400), Waiting = device.Waiting + TimeSpan.FromMilliseconds(20) }],
        };
    }

    private byte[] Bytes(int count)
    {
        byte[] bytes = new byte[count];
        _random.NextBytes(bytes);
        return bytes;
    }
}
