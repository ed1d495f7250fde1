using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Protocol.Messages;

namespace OrleansInference.Cluster.Session;

/// <summary>Which pipeline generates the session: the same one while it can, as that has the pages; what another one generates is the same to the bit.</summary>
public sealed partial class SessionActor
{
    /// <summary>The pipeline that generates it; −1: none yet.</summary>
    public int Pipeline => _pipeline;

    private Address OwnRouter => Address.Router(Math.Max(_pipeline, 0));

    private void GoTo(int pipeline)
    {
        if (pipeline != _pipeline)
        {
            if (_router != RouterSide.Unaware)
            {
                _port.Send(OwnRouter, new CancelSequences(_number));
            }

            _pipeline = pipeline;
            _version++;
        }
    }

    /// <summary>Whether a router is of the pipeline that generates the session; routers of earlier versions are those of the first pipeline.</summary>
    private bool IsOurs(int router) => _pipeline < 0 || RouterNumbers.PipelineOf(router) == _pipeline;
}
