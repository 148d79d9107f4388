"""What PyTorch does on the same GPU: products, attention and copying, as one JSON object on standard output."""

import json
import time

import torch
import torch.nn.functional as functional


def seconds(call, repeats=20):
    """The median time of a call."""
    for _ in range(3):
        call()
    torch.cuda.synchronize()
    times = []
    for _ in range(repeats):
        begun = time.perf_counter()
        call()
        torch.cuda.synchronize()
        times.append(time.perf_counter() - begun)
    return sorted(times)[len(times) // 2]


def product(rows, columns, depth, dtype):
    """Rows times a matrix of columns by depth, in tera multiply-adds and gigabytes of the matrix per second."""
    x = torch.randn(rows, depth, device="cuda", dtype=dtype)
    w = torch.randn(columns, depth, device="cuda", dtype=dtype)
    time_taken = seconds(lambda: functional.linear(x, w))
    return {
        "what": f"{str(dtype).split('.')[-1]} {rows}x{columns}x{depth}",
        "seconds": time_taken,
        "tmac_per_s": rows * columns * depth / time_taken / 1e12,
        "weight_gb_per_s": columns * depth * w.element_size() / time_taken / 1e9,
    }


def attention(tokens, heads, size, dtype):
    """Causal attention over a whole prompt."""
    q, k, v = (torch.randn(1, heads, tokens, size, device="cuda", dtype=dtype) for _ in range(3))
    time_taken = seconds(lambda: functional.scaled_dot_product_attention(q, k, v, is_causal=True))
    return {
        "what": f"attention {str(dtype).split('.')[-1]} {tokens} tokens, {heads} heads of {size}",
        "seconds": time_taken,
        "tflop_per_s": 2.0 * heads * size * tokens * (tokens + 1) / time_taken / 1e12,
    }


def copy():
    """Bytes read and written by a copy of 4 GB, as memory's bandwidth."""
    source = torch.empty(1 << 32, device="cuda", dtype=torch.uint8)
    target = torch.empty_like(source)
    time_taken = seconds(lambda: target.copy_(source))
    return {"what": "copy", "seconds": time_taken, "gb_per_s": 2 * source.numel() / time_taken / 1e9}


def main():
    torch.manual_seed(1)
    rows = [copy()]
    for dtype in (torch.float32, torch.float16, torch.bfloat16):
        for shape in ((1, 4096, 4096), (1, 14336, 4096), (512, 4096, 4096), (8192, 8192, 8192)):
            rows.append(product(*shape, dtype))
    for size in (64, 128):
        for tokens in (512, 2048):
            rows.append(attention(tokens, 32, size, torch.float16))
    print(json.dumps({"torch": torch.__version__, "device": torch.cuda.get_device_name(), "rows": rows}, indent=1))


if __name__ == "__main__":
    main()
