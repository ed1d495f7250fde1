using OrleansInference.Cluster.Router;
using OrleansInference.Cluster.Session;
using OrleansInference.Compute;
using OrleansInference.Engine.KvCache;
using OrleansInference.Engine.Scheduling;
using OrleansInference.Simulation.Kernel;
using OrleansInference.Simulation.Model;
using OrleansInference.Simulation.Scenarios;

namespace OrleansInference.Simulation.Cluster;

/// <summary>Checks the invariants at every event that could break one.</summary>
internal sealed class Checker(World world)
{
    private readonly Dictionary<int, ChoiceLog[]> _oracle = [];
    private readonly Dictionary<int, int> _pipelines = []; // of sessions
    private readonly HashSet<(int Device, int Life, long Epoch, long Step)> _executed = [];
    private readonly Dictionary<int, RouterWatch> _watches = []; // by pipeline

    /// <summary>Resets the page accounts, which belong to one activation of the router.</summary>
    public void NewRouter(int pipeline) => _watches[pipeline] = new RouterWatch(world.Scenario);

    /// <summary>Checks a token, or an end without a token, that a client receives.</summary>
    public void Delivered(SimulatedClient client, in TokenEvent token, TokenMeasure measure, int expected)
    {
        Require(token.Index == expected, $"client {client.Number} got token {token.Index} of choice {token.Choice} where {expected} was next");
        ChoiceLog got = token.Token < 0 ? new ChoiceLog([], token.Finish) : new ChoiceLog([token.Token], token.Finish) { Measures = [measure] };
        Compare(client.Number, token.Choice, token.Index, got, $"client {client.Number}");
    }

    /// <summary>Checks a client's stream at its end.</summary>
    public void Ended(SimulatedClient client, TokenLog[] logs)
    {
        ChoiceLog[] truth = Answer(client.Number);
        if (client.Error is { } error)
        {
            bool refused = error.Code == ErrorCode.Overloaded && MayRefuse && Array.TrueForAll(logs, static log => log.Count == 0);
            Require(refused || Fails(client.Number), $"client {client.Number} failed: {error.Message}");
            return;
        }

        for (int choice = 0; choice < logs.Length && !client.Cancelled; choice++)
        {
            bool whole = logs[choice].Ended && logs[choice].Count == truth[choice].Tokens.Length;
            Require(whole || client.Stopped(choice), $"client {client.Number} lacks tokens of choice {choice}");
        }
    }

    /// <summary>Checks a message that leaves a process.</summary>
    public void Sending(SimulatedProcess from, Address to, ControlMessage message)
    {
        if (message is CommitTokens commit)
        {
            ChoiceLog sent = new(commit.Tokens, commit.Finish) { Measures = commit.Measures };
            Compare(commit.Session, commit.Choice, commit.Index, sent, $"{from.Name} to {to}");
        }
        else if (from is RouterNode router)
        {
            Follow(router, message);
        }
    }

    /// <summary>Follows page copies: a copied page belongs to the group of tenants of its contents.</summary>
    private void Follow(RouterNode router, ControlMessage message)
    {
        if (router != world.RouterOf(router.Pipeline) || !_watches.TryGetValue(router.Pipeline, out RouterWatch? watch))
        {
            return;
        }

        Dictionary<int, string> owners = watch.Owners;
        bool first = message is StepForward { Step.Number: var number } && number > watch.Followed; // not a repetition
        foreach (PageTransfer transfer in first && message is StepForward step ? step.Step.Transfers : [])
        {
            if (owners.TryGetValue(transfer.From, out string? owner))
            {
                owners[transfer.To] = owner;
            }
            else
            {
                owners.Remove(transfer.To);
            }
        }

        watch.Followed = message is StepForward { Step.Number: var last } ? Math.Max(watch.Followed, last) : watch.Followed;

        // It is not known here whether a stage has executed these before.
        foreach (PageTransfer transfer in message is JoinPlan join ? join.Dropped.SelectMany(static step => step.Transfers) : [])
        {
            owners.Remove(transfer.To);
        }
    }

    /// <summary>Checks a device after it has received a message.</summary>
    public void Received(DeviceNode device, ControlMessage message, long layers)
    {
        if (layers == 0 || message is not StepForward step)
        {
            return;
        }

        (long epoch, long first) = (step.Step.Epoch, step.Step.Number);
        Require(epoch == device.Actor.Epoch, $"{device.Name} computed step {first} of epoch {epoch} in epoch {device.Actor.Epoch}");
        Require(RouterNumbers.PipelineOf(Epochs.RouterOf(epoch)) == device.Actor.Pipeline, $"{device.Name} computed step {first} of epoch {epoch} in pipeline {device.Actor.Pipeline}");
        for (long number = first; number < first + (layers / device.Actor.Layers.Count); number++)
        {
            Require(_executed.Add((device.Number, device.Life, epoch, number)), $"{device.Name} computed step {number} of epoch {epoch} twice");
        }
    }

    /// <summary>Checks that a durable version of a session includes the earlier version, or that the earlier version is unknown to it.</summary>
    public static void Stored(int session, SessionRecord before, SessionRecord record, SessionRecord stored)
    {
        bool over = before.Ended && !before.IsAbandoned;
        bool ends = record.Ended && !record.IsAbandoned;
        long least = over ? before.Count() : ends ? record.Count() : Math.Max(before.Count(), record.Count());
        Require(stored.Count() >= least, $"session {session} is stored with {stored.Count()} tokens after {record.Count()} were written to {before.Count()}");
        Require(stored.Ended || !(over || ends), $"session {session} has ended, and is stored without its end");
    }

    /// <summary>Number of sessions that changed their pipeline.</summary>
    public long SessionMoves { get; private set; }

    /// <summary>Checks a session after it has received a message.</summary>
    public void Inspect(int session, SessionActor machine)
    {
        SessionMoves += _pipelines.TryGetValue(session, out int before) && before >= 0 && machine.Pipeline >= 0 && before != machine.Pipeline ? 1 : 0;
        _pipelines[session] = machine.Pipeline;
        for (int choice = 0; choice < machine.Choices; choice++)
        {
            ReadOnlySpan<int> log = machine.Log(choice);
            ReadOnlySpan<int> truth = Answer(session)[choice].Tokens;
            bool same = log.Length <= truth.Length && log.SequenceEqual(truth[..log.Length]);
            Require(same, $"session {session} committed other tokens of choice {choice} than the oracle's");
        }
    }

    /// <summary>Checks a router after it has received a message.</summary>
    public void Inspect(RouterNode node)
    {
        Scheduler router = node.Actor.Scheduler;
        Require(node.Actor.Coordinator.UnprovenPages == 0 || world.CorruptedPages > 0, $"{node.Name} gave up {node.Actor.Coordinator.UnprovenPages} pages that nothing has corrupted");
        foreach (RoutedSession session in node.Actor.Sessions.Values)
        {
            Require(session.Error is null || Fails(session.Number), $"session {session.Number} failed: {session.Error?.Message}");
        }

        long state = (router.LastStep << 20) + (router.InFlight << 10) + router.Running.Count;
        RouterWatch watch = _watches[node.Pipeline];
        if (node != world.RouterOf(node.Pipeline) || state == watch.Inspected)
        {
            return;
        }

        watch.Inspected = state;
        if (router.Pages.FindViolation() is { } violation)
        {
            Require(false, $"page allocator of {node.Name}: {violation}");
        }

        foreach (Sequence sequence in router.Running)
        {
            CheckOwner(sequence, watch.Owners, router.Pages.Transfers.Pending);
        }

        if (watch.Fairness.Look(router) is { } unfair)
        {
            Require(false, unfair);
        }
    }

    /// <summary>Checks at the end of the run that no resource is held.</summary>
    /// <returns>Description of a resource that a router still holds, or of a device outside its pipeline; null if there is none.</returns>
    public string? FindHeld() => world.Rulers.Select(FindHeld).Append(world.FindStray()).FirstOrDefault(static held => held is not null);

    private static string? FindHeld(RouterNode router)
    {
        RouterActor machine = router.Actor;
        if (machine.Sessions.Count > 0)
        {
            return $"{router.Name} still holds sessions {string.Join(", ", machine.Sessions.Keys)}";
        }

        int inUse = machine.Scheduler.Pages.Statistics.InUse;
        return inUse > 0 || machine.Scheduler.HasWork ? $"{router.Name} has {inUse} pages in use, though nobody waits for anything" : null;
    }

    public static void Require(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new InvariantViolation(otherwise);
        }
    }

    private static void CheckOwner(Sequence sequence, Dictionary<int, string> owners, ReadOnlySpan<PageTransfer> pending)
    {
        ReadOnlySpan<int> pages = sequence.Pages.Pages;
        string group = sequence.Request.Request.PageGroup;
        int full = sequence.Computed / KvLayout.PageTokens;
        for (int index = 0; index < pages.Length; index++)
        {
            if (index >= full)
            {
                owners[pages[index]] = group;
            }
            else if (owners.TryGetValue(SourceOf(pages[index], pending), out string? owner))
            {
                Require(owner == group, $"a sequence of the group '{group}' reads page {pages[index]} of the group '{owner}'");
            }
        }
    }

    /// <summary>Returns the page that now has the contents that a page will have at the next step, after the pending transfers. They wait for a step while no page is free for one.</summary>
    private static int SourceOf(int page, ReadOnlySpan<PageTransfer> pending)
    {
        for (int i = pending.Length - 1; i >= 0; i--)
        {
            page = pending[i].To == page ? pending[i].From : page;
        }

        return page;
    }

    /// <summary>State of the checks for an activation of a router.</summary>
    private sealed class RouterWatch(Scenario scenario)
    {
        public Dictionary<int, string> Owners { get; } = []; // page to the group of tenants whose tokens it holds

        public FairnessWatch Fairness { get; } = new(scenario);

        public long Inspected { get; set; } = -1;

        /// <summary>Last step whose page transfers were followed.</summary>
        public long Followed { get; set; }
    }

    private bool MayRefuse => world.Scenario.Serving.MaxWaitingRequests < world.Scenario.Requests.Count;

    private bool Fails(int session) => Array.Exists(Answer(session), static choice => choice.Finish == FinishReason.Error);

    private void Compare(int session, int choice, int index, ChoiceLog got, string where)
    {
        ChoiceLog truth = Answer(session)[choice];
        int end = index + got.Tokens.Length;
        bool same = end <= truth.Tokens.Length && got.Tokens.AsSpan().SequenceEqual(truth.Tokens.AsSpan(index, got.Tokens.Length));
        Require(same, $"{where}: tokens {index} to {end - 1} of choice {choice} are not the oracle's");
        for (int i = 0; i < got.Measures.Length && truth.Measures.Length > 0; i++)
        {
            TokenMeasure measure = truth.Measures[index + i];
            bool measured = got.Measures[i].LogProb.Equals(measure.LogProb) && got.Measures[i].Top.AsSpan().SequenceEqual(measure.Top);
            Require(measured, $"{where}: the log-probability of token {index + i} of choice {choice} is not the oracle's");
        }

        FinishReason expected = end == truth.Tokens.Length ? truth.Finish : FinishReason.None;
        bool failed = got.Finish == FinishReason.Error && (Fails(session) || (MayRefuse && end == 0));
        bool earlier = end == truth.Tokens.Length && truth.Finish == FinishReason.Error && got.Finish == FinishReason.None;
        Require(got.Finish == expected || failed || earlier, $"{where}: choice {choice} ends with {got.Finish} after {end} tokens, the oracle with {expected}");
    }

    private ChoiceLog[] Answer(int session)
    {
        if (!_oracle.TryGetValue(session, out ChoiceLog[]? answer))
        {
            GenerationRequest request = world.Scenario.Requests.First(planned => planned.Number == session).Request;
            _oracle[session] = answer = Oracle.Answer(request, world.StopsOf(request), world.Scenario.Layers);
        }

        return answer;
    }
}
