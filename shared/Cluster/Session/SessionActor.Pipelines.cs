using OrleansInference.Cluster.Protocol;
using OrleansInference.Cluster.Protocol.Messages;

namespace OrleansInference.Cluster.Session;

/// <summary>The pipeline that generates the session. It stays the same while it can serve, because it has the pages; another pipeline generates the same tokens to the bit.</summary>
public sealed partial class SessionActor
{
    /// <summary>Number of the pipeline that generates the session; −1: none yet.</summary>
    public int Pipeline => _pipeline;

    private Address OwnRouter => Address.Router(Math.Max(_pipeline, 0));

    private void SetPipeline(int pipeline)
    {
        if (pipeline != _pipeline)
        {
            if (_router != RouterSide.NotSubmitted)
            {
                _port.Send(OwnRouter, new CancelSequences(_number));
            }

            _pipeline = pipeline;
            _version++;
        }
    }

    /// <summary>Returns whether a router belongs to the pipeline that generates the session. Routers of earlier versions belong to the first pipeline.</summary>
    private bool IsOwnRouter(int router) => _pipeline < 0 || RouterNumbers.PipelineOf(router) == _pipeline;
}
