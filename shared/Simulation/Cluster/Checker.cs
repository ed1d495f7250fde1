using OrleansInference.Compute;
using OrleansInference.Serving;
using OrleansInference.Serving.Control;
using OrleansInference.Serving.Routing;
using OrleansInference.Simulation.Kernel;
using OrleansInference.Simulation.Model;
using OrleansInference.Simulation.Running;

namespace OrleansInference.Simulation.Cluster;

/// <summary>The invariants, looked at whenever something happens that could break one.</summary>
internal sealed class Checker(World world)
{
    private readonly Dictionary<int, ChoiceLog[]> _oracle = [];
    private readonly Dictionary<int, string> _owners = []; // page: tenant whose tokens it holds
    private readonly HashSet<(int Device, int Life, long Epoch, long Step)> _executed = [];
    private readonly FairnessWatch _fairness = new(world.Scenario);
    private long _inspected = -1;

    /// <summary>Pages belong to an activation of the router.</summary>
    public void NewRouter()
    {
        _owners.Clear();
        _fairness.Reset();
        _inspected = -1;
    }

    /// <summary>A client gets a token.</summary>
    public void Delivered(SimulatedClient client, int choice, int index, int expected, int token, FinishReason finish)
    {
        Require(index == expected, $"client {client.Number} got token {index} of choice {choice} where {expected} was next");
        Compare(client.Number, choice, index, [token], finish, $"client {client.Number}");
    }

    /// <summary>A client's stream is over.</summary>
    public void Ended(SimulatedClient client, List<int>[] tokens, bool[] ended)
    {
        for (int choice = 0; choice < tokens.Length && !client.Cancelled; choice++)
        {
            Require(ended[choice] && tokens[choice].Count == Answer(client.Number)[choice].Tokens.Length, $"client {client.Number} lacks tokens of choice {choice}");
        }
    }

    /// <summary>A message leaves a process.</summary>
    public void Sending(SimulatedProcess from, Address to, ControlMessage message)
    {
        if (message is CommitTokens commit)
        {
            Compare(commit.Session, commit.Choice, commit.Index, commit.Tokens, commit.Finish, $"{from.Name} to {to}");
        }
    }

    /// <summary>A device has taken a message.</summary>
    public void Received(DeviceNode device, ControlMessage message, long executions)
    {
        if (executions == 0 || message is not StepForward step)
        {
            return;
        }

        (long epoch, long first) = (step.Content.Epoch, step.Content.Number);
        Require(epoch == device.Machine.Epoch, $"{device.Name} computed step {first} of epoch {epoch} in epoch {device.Machine.Epoch}");
        for (long number = first; number < first + executions; number++)
        {
            Require(_executed.Add((device.Number, device.Life, epoch, number)), $"{device.Name} computed step {number} of epoch {epoch} twice");
        }
    }

    /// <summary>A session has taken a message.</summary>
    public void Inspect(int session, SessionMachine machine)
    {
        for (int choice = 0; choice < machine.Choices; choice++)
        {
            ReadOnlySpan<int> log = machine.Log(choice);
            ReadOnlySpan<int> truth = Answer(session)[choice].Tokens;
            bool same = log.Length <= truth.Length && log.SequenceEqual(truth[..log.Length]);
            Require(same, $"session {session} committed other tokens of choice {choice} than the oracle's");
        }
    }

    /// <summary>The router has taken a message.</summary>
    public void Inspect(RouterNode node)
    {
        Router router = node.Machine.Router;
        foreach (RoutedSession session in node.Machine.Sessions.Values)
        {
            Require(session.Error is null, $"session {session.Number} failed: {session.Error?.Message}");
        }

        long state = (router.LastStep << 20) + (router.InFlight << 10) + router.Running.Count;
        if (node != world.Router || state == _inspected)
        {
            return;
        }

        _inspected = state;
        if (router.Pages.FindViolation() is { } violation)
        {
            Require(false, $"page allocator of {node.Name}: {violation}");
        }

        foreach (Sequence sequence in router.Running)
        {
            CheckOwner(sequence);
        }

        if (_fairness.Look(router) is { } unfair)
        {
            Require(false, unfair);
        }
    }

    /// <summary>The run is over: nothing is held for anybody.</summary>
    public void Finish()
    {
        RouterNode node = world.Router;
        Require(node.Machine.Sessions.Count == 0, $"{node.Name} still holds sessions {string.Join(", ", node.Machine.Sessions.Keys)}");
        int inUse = node.Machine.Router.Pages.Statistics.InUse;
        Require(inUse == 0 && !node.Machine.Router.HasWork, $"{node.Name} has {inUse} pages in use, though nobody waits for anything");
    }

    public static void Require(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new InvariantViolation(otherwise);
        }
    }

    private void CheckOwner(Sequence sequence)
    {
        ReadOnlySpan<int> pages = sequence.Pages.Pages;
        string tenant = sequence.Tenant.Name;
        int full = sequence.Computed / KvLayout.PageTokens;
        for (int index = 0; index < pages.Length; index++)
        {
            if (index >= full)
            {
                _owners[pages[index]] = tenant;
            }
            else if (_owners.TryGetValue(pages[index], out string? owner))
            {
                Require(owner == tenant, $"a sequence of {tenant} reads page {pages[index]} of {owner}");
            }
        }
    }

    private void Compare(int session, int choice, int index, ReadOnlySpan<int> tokens, FinishReason finish, string where)
    {
        ChoiceLog truth = Answer(session)[choice];
        bool same = index + tokens.Length <= truth.Tokens.Length && tokens.SequenceEqual(truth.Tokens.AsSpan(index, tokens.Length));
        Require(same, $"{where}: tokens {index} to {index + tokens.Length - 1} of choice {choice} are not the oracle's");
        FinishReason expected = index + tokens.Length == truth.Tokens.Length ? truth.Finish : FinishReason.None;
        Require(finish == expected, $"{where}: choice {choice} ends with {finish} after {index + tokens.Length} tokens, the oracle with {expected}");
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
