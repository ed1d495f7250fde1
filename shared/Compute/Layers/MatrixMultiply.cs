using System.Runtime.Intrinsics.X86;
using OrleansInference.Compute.Kernels;
using OrleansInference.Compute.Memory;
using OrleansInference.Compute.Threading;
using OrleansInference.Compute.Weights;

namespace OrleansInference.Compute.Layers;

/// <summary>
/// y = x W over all workers, blocked for the caches after Goto and van de Geijn, "Anatomy of High-Performance Matrix Multiplication" (2008): a block of
/// 12 rows by <see cref="DepthBlock"/> stays in the first-level cache while the panels of a tile pass by, and those panels stay in the second level
/// while the row blocks pass by. A single row streams each panel once, whole. One instance serves one caller at a time.
/// </summary>
internal sealed unsafe class MatrixMultiply : IDisposable
{
    // 12 rows × 512 × 4 bytes = 24 KiB of activations; a panel's 512 k are 32 KiB in bfloat16.
    private const int DepthBlock = 512;
    private const int MaxPanelsPerTile = 8;
    private const int TilesPerWorker = 4;

    // Rows of two blocks are multiplied about as fast as memory delivers weights.
    private const int MaxStreamedBlocks = 2;

    private const int StreamedPanels = 4;

    // How many k are asked for before their turn: 8 KiB in bfloat16.
    private const int DepthAhead = 128;

    private readonly WorkerTeam _team;
    private readonly PackWork _pack;
    private readonly PanelWork _panels;

    /// <param name="team">The workers that compute.</param>
    /// <param name="maxRows">Most rows of one call.</param>
    /// <param name="maxDepth">Most inputs of any matrix.</param>
    public MatrixMultiply(WorkerTeam team, int maxRows, int maxDepth)
    {
        _team = team;
        NativeBuffer<float> blocks = new(Bytes(maxRows, maxDepth) / sizeof(float));
        _pack = new PackWork(blocks);
        _panels = new PanelWork(blocks, team);
    }

    /// <summary>Bytes that an instance takes.</summary>
    public static long Bytes(int maxRows, int maxDepth) => (long)RowBlocks.BlocksFor(maxRows) * RowBlocks.RowsPerBlock * maxDepth * sizeof(float);

    public void Dispose()
    {
        _pack.Dispose();
        _panels.Dispose();
    }

    /// <summary>Computes y = x W.</summary>
    /// <param name="x">[rows, matrix.Inputs] with row stride <paramref name="ldx"/></param>
    /// <param name="y">[rows, matrix.Outputs] with row stride <paramref name="ldy"/></param>
    public void Multiply(float* x, nint ldx, int rows, in PackedMatrix matrix, float* y, nint ldy)
    {
        if (rows > 1)
        {
            _team.Run(_pack, _pack.Set(x, ldx, rows, matrix.Inputs));
        }

        int tiles = _panels.Set(x, rows, matrix, y, ldy, TilesPerWorker * _team.Workers);
        _team.Run(_panels, tiles);
    }

    private sealed class PackWork(NativeBuffer<float> blocks) : IParallelWork, IDisposable
    {
        private const int DepthPerTile = 1024;
        private float* _x;
        private nint _ldx;
        private int _rows;
        private int _depth;

        private int DepthTiles => (_depth + DepthPerTile - 1) / DepthPerTile;

        public int Set(float* x, nint ldx, int rows, int depth)
        {
            _x = x;
            (_ldx, _rows, _depth) = (ldx, rows, depth);
            return RowBlocks.BlocksFor(rows) * DepthTiles;
        }

        public void RunTile(int tile, int worker)
        {
            (int block, int part) = Math.DivRem(tile, DepthTiles);
            int first = block * RowBlocks.RowsPerBlock;
            int rows = Math.Min(RowBlocks.RowsPerBlock, _rows - first);
            int k = part * DepthPerTile;
            float* packed = blocks.Pointer + ((((long)block * _depth) + k) * RowBlocks.RowsPerBlock);
            RowBlocks.Pack(_x + (first * _ldx) + k, _ldx, rows, Math.Min(DepthPerTile, _depth - k), packed);
        }

        public void Dispose() => blocks.Dispose();
    }

    private sealed class PanelWork(NativeBuffer<float> blocks, WorkerTeam team) : IParallelWork, IDisposable
    {
        private const int EdgeFloats = RowBlocks.RowsPerBlock * PanelMultiply.Columns;

        // [workers, 12, 32]: a matrix whose outputs are no multiple of 32 has its last panel computed here and copied.
        private readonly NativeBuffer<float> _edges = new((long)team.Workers * EdgeFloats);
        private PackedMatrix _matrix;
        private float* _x;
        private float* _y;
        private nint _ldy;
        private int _rows;
        private int _panelsPerTile;
        private int _wholeTiles;
        private int _restPerTile;
        private int _panelTiles;
        private int _blocksPerTile;

        /// <summary>Takes the operands and cuts the work into tiles of panels and, where those are too few for the workers, of row blocks.</summary>
        public int Set(float* x, int rows, in PackedMatrix matrix, float* y, nint ldy, int wantedTiles)
        {
            _x = x;
            _y = y;
            (_rows, _matrix, _ldy) = (rows, matrix, ldy);
            if (RowBlocks.BlocksFor(rows) > MaxStreamedBlocks)
            {
                _panelsPerTile = Math.Clamp(matrix.Panels / wantedTiles, 1, MaxPanelsPerTile);
                _wholeTiles = matrix.Panels / _panelsPerTile;
                _panelTiles = (matrix.Panels + _panelsPerTile - 1) / _panelsPerTile;
                _restPerTile = _panelsPerTile;
            }
            else
            {
                // Tiles of a few panels, and of one towards the end, so that the workers end together.
                _panelsPerTile = StreamedPanels;
                _wholeTiles = Math.Max(0, matrix.Panels - wantedTiles) / StreamedPanels;
                _panelTiles = _wholeTiles + matrix.Panels - (_wholeTiles * StreamedPanels);
                _restPerTile = 1;
            }

            int blockCount = RowBlocks.BlocksFor(rows);
            int rowTiles = Math.Clamp(wantedTiles / _panelTiles, 1, blockCount);
            _blocksPerTile = (blockCount + rowTiles - 1) / rowTiles;
            return _panelTiles * ((blockCount + _blocksPerTile - 1) / _blocksPerTile);
        }

        public void RunTile(int tile, int worker)
        {
            int rest = (tile % _panelTiles) - _wholeTiles;
            int firstPanel = FirstPanel(tile);
            int lastPanel = Math.Min(firstPanel + (rest < 0 ? _panelsPerTile : _restPerTile), _matrix.Panels);
            int firstBlock = tile / _panelTiles * _blocksPerTile;
            int lastBlock = Math.Min(firstBlock + _blocksPerTile, RowBlocks.BlocksFor(_rows));
            if (_matrix.Format == WeightFormat.BFloat16)
            {
                Tile<BFloat16Panel>(firstPanel, lastPanel, firstBlock, lastBlock, worker);
            }
            else
            {
                Tile<Float32Panel>(firstPanel, lastPanel, firstBlock, lastBlock, worker);
            }
        }

        public void Dispose() => _edges.Dispose();

        private void Tile<TFormat>(int firstPanel, int lastPanel, int firstBlock, int lastBlock, int worker)
            where TFormat : struct, IPanelFormat
        {
            if (lastPanel * PanelMultiply.Columns > _matrix.Outputs)
            {
                lastPanel--;
                for (int block = firstBlock; block < lastBlock; block++)
                {
                    Edge<TFormat>(lastPanel, block, _edges.Pointer + (worker * EdgeFloats));
                }
            }

            if (_rows == 1)
            {
                Stream<TFormat>(firstPanel, lastPanel);
                return;
            }

            // Few rows wait for the weights: each panel is streamed from end to end. Many rows share a panel's part while it is in the cache.
            int panelsAtOnce = lastBlock - firstBlock <= MaxStreamedBlocks ? 1 : lastPanel - firstPanel;
            for (int panel = firstPanel; panel < lastPanel; panel += panelsAtOnce)
            {
                Panels<TFormat>(panel, panel + panelsAtOnce, firstBlock, lastBlock);
            }
        }

        // Memory must not fall idle between the panels: while the last k of one are computed, the first of the one that follows are asked for, be it this
        // tile's next or the first of the tile that this worker is likely to take next.
        private void Stream<TFormat>(int firstPanel, int lastPanel)
            where TFormat : struct, IPanelFormat
        {
            int body = Math.Max(0, _matrix.Inputs - DepthAhead);
            for (int panel = firstPanel; panel < lastPanel; panel++)
            {
                float* y = _y + (panel * PanelMultiply.Columns);
                byte* weights = _matrix.Panel(panel);
                PanelMultiply.Stream<TFormat>(_x, weights, body, y, weights + (DepthAhead * TFormat.BytesPerK), resume: false);
                byte* next = _matrix.Panel(panel + 1 < lastPanel ? panel + 1 : FirstPanel(team.NextTile));
                PanelMultiply.Stream<TFormat>(_x + body, weights + (body * TFormat.BytesPerK), _matrix.Inputs - body, y, next, resume: true);
            }
        }

        private int FirstPanel(int tile)
        {
            int rest = (tile % _panelTiles) - _wholeTiles;
            return rest < 0 ? (tile % _panelTiles) * _panelsPerTile : (_wholeTiles * _panelsPerTile) + (rest * _restPerTile);
        }

        private void Panels<TFormat>(int firstPanel, int lastPanel, int firstBlock, int lastBlock)
            where TFormat : struct, IPanelFormat
        {
            for (int k = 0; k < _matrix.Inputs; k += DepthBlock)
            {
                int depth = Math.Min(DepthBlock, _matrix.Inputs - k);
                for (int block = firstBlock; block < lastBlock; block++)
                {
                    float* y = _y + (block * RowBlocks.RowsPerBlock * _ldy);
                    for (int panel = firstPanel; panel < lastPanel; panel++)
                    {
                        PrefetchSums(block, y + ((panel + 1) * PanelMultiply.Columns));
                        Block<TFormat>(block, panel, k, depth, y + (panel * PanelMultiply.Columns), _ldy);
                    }
                }
            }
        }

        // The sums of the next panel are far apart, a row each: asked for now, their lines are there when its product begins and ends.
        private void PrefetchSums(int block, float* y)
        {
            if (!Sse.IsSupported)
            {
                return;
            }

            int rows = Math.Min(RowBlocks.RowsPerBlock, _rows - (block * RowBlocks.RowsPerBlock));
            for (int row = 0; row < rows; row++)
            {
                Sse.Prefetch0(y + (row * _ldy));
                Sse.Prefetch0(y + (row * _ldy) + 16);
            }
        }

        private void Block<TFormat>(int block, int panel, int k, int depth, float* y, nint ldy)
            where TFormat : struct, IPanelFormat
        {
            int rows = Math.Min(RowBlocks.RowsPerBlock, _rows - (block * RowBlocks.RowsPerBlock));
            int stride = _rows == 1 ? 1 : RowBlocks.RowsPerBlock;
            float* x = _rows == 1 ? _x + k : blocks.Pointer + ((((long)block * _matrix.Inputs) + k) * RowBlocks.RowsPerBlock);
            byte* weights = _matrix.Panel(panel) + ((long)k * TFormat.BytesPerK);
            for (int row = 0; row < rows;)
            {
                row += PanelMultiply.Rows<TFormat>(x + row, stride, rows - row, weights, depth, y + (row * ldy), ldy, resume: k > 0);
            }
        }

        private void Edge<TFormat>(int panel, int block, float* edge)
            where TFormat : struct, IPanelFormat
        {
            Block<TFormat>(block, panel, 0, _matrix.Inputs, edge, PanelMultiply.Columns);
            int rows = Math.Min(RowBlocks.RowsPerBlock, _rows - (block * RowBlocks.RowsPerBlock));
            int columns = _matrix.Outputs - (panel * PanelMultiply.Columns);
            for (int row = 0; row < rows; row++)
            {
                float* y = _y + (((block * RowBlocks.RowsPerBlock) + row) * _ldy) + (panel * PanelMultiply.Columns);
                new ReadOnlySpan<float>(edge + (row * PanelMultiply.Columns), columns).CopyTo(new Span<float>(y, columns));
            }
        }
    }
}
