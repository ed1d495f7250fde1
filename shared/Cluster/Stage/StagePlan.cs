using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Protocol.Messages;

namespace OrleansInference.Cluster.Stage;

/// <summary>The plan in force on the device, the device's stage in it, and the epochs whose page contents the device holds.</summary>
internal sealed class StagePlan(DeviceLife self)
{
    private readonly HashSet<long> _held = []; // epochs whose page contents the device holds
    private long _missing; // the held epoch whose contents did not arrive from another device and are not restored yet; 0: none
    private PipelinePlan? _plan;
    private int _stage = -1; // the device's stage; −1: none
    private long _left; // the epoch in force when the device last left the pipeline that it serves now; 0: the device serves it for the first time

    /// <summary>The plan; null before the first one.</summary>
    public PipelinePlan? Current => _plan;

    /// <summary>Epoch of the plan; 0 before the first.</summary>
    public long Epoch => _plan?.Epoch ?? _left;

    /// <summary>The router of the plan; 0 before the first plan.</summary>
    public int Router => _plan?.Router ?? 0;

    /// <summary>The layers that run here; none before the first plan.</summary>
    public LayerRange Layers => _stage < 0 ? default : _plan!.Stages[_stage].Layers;

    /// <summary>
    /// Whether steps, replays and verifications of the plan may run. They may not run once page contents of a later plan have replaced those of this plan, because a late message would
    /// overwrite them.
    /// </summary>
    public bool Runs => _stage >= 0 && _held.Count > 0;

    /// <summary>Whether the pages hold contents of any plan.</summary>
    public bool HoldsContents => _held.Count > 0;

    /// <summary>Whether the device has the model's last layers.</summary>
    public bool IsLast => Layers.End == _plan!.Layers;

    /// <summary>The device of the next stage.</summary>
    public Address Next => Address.Device(_plan!.Stages[_stage + 1].Device.Device);

    /// <summary>The answer to the router of the plan; null until the device has joined.</summary>
    public Joined? Reply { get; private set; }

    /// <summary>Returns the device's stage in a plan; −1 if it has none, or if the plan is earlier than the one in force.</summary>
    public int StageIn(PipelinePlan plan)
    {
        int stage = plan.StageOf(self.Device);
        bool isEarlier = plan.Epoch < Epoch || (_plan is null && plan.Epoch == Epoch);
        return isEarlier || stage < 0 || plan.Stages[stage].Device != self ? -1 : stage;
    }

    /// <summary>Returns whether the pages hold the contents of an epoch; 0 stands for none.</summary>
    public bool Holds(long epoch) => epoch != 0 && epoch != _missing && _held.Contains(epoch);

    /// <summary>Puts a plan in force.</summary>
    /// <param name="join">The request to join it.</param>
    /// <param name="stage">The device's stage in it.</param>
    /// <param name="holds">Whether the pages hold the contents that the plan continues from.</param>
    public void Enter(JoinPlan join, int stage, bool holds)
    {
        if (holds)
        {
            _held.Add(join.Base);
        }
        else
        {
            ForgetContents();
            _missing = join.Base == join.Plan.Epoch ? join.Base : 0; // the base of a plan that a migration prepared is the plan itself
        }

        _plan = join.Plan;
        _stage = stage;
        _held.Add(Epoch);
    }

    /// <summary>Sets the answer to all requests to join this plan.</summary>
    public Joined Confirm(bool holds, ProvenPage[] pages) => Reply = new Joined(Epoch, self, holds) { Pages = pages };

    /// <summary>Called at the plan's first step, which writes to the pages: from here on they hold no other plan's contents.</summary>
    public void Settle()
    {
        ForgetContents();
        _held.Add(Epoch);
    }

    /// <summary>Records that the pages hold the contents of no plan.</summary>
    public void ForgetContents()
    {
        _held.Clear();
        _missing = 0;
    }

    /// <summary>Puts a plan in force without a stage of this device, because its layers do not fit yet. Earlier plans have ended.</summary>
    public void EnterWithoutStage(PipelinePlan plan)
    {
        _plan = plan;
        LeaveStage();
    }

    /// <summary>Leaves the plan together with its pipeline.</summary>
    /// <param name="epoch">The epoch that was in force when the device last left the new pipeline. Only later plans are joined.</param>
    public void Leave(long epoch)
    {
        _plan = null;
        _left = epoch;
        LeaveStage();
    }

    private void LeaveStage()
    {
        _stage = -1;
        Reply = null;
        ForgetContents();
    }
}
