"""Eight numbers that are added and multiplied side by side, in compiled code and in plain Python alike.

Compiled, each operation is one explicit LLVM vector instruction. The source then fixes the order of every
sum, and no compiler, processor or thread count changes a bit, while a plain loop is vectorised only where the
compiler may reorder its sums (fast-math). Interpreted (NUMBA_DISABLE_JIT=1), lanes are a NumPy vector of
eight elements, with the same results.
"""

import operator
from collections.abc import Callable
from typing import Any, cast

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import lower_builtin, models, register_model, type_callable

LANES = 8
_INT32 = ir.IntType(32)


def load(numbers: Any, at: int) -> Any:
    """Return eight numbers of a contiguous vector or table, from the one at this place over all its lines, as lanes.

    To make an array of a table's line, or of all its numbers in a row, took a third of the update of short lines.

    >>> load(np.arange(32.0).reshape(2, 16), 16)
    array([16., 17., 18., 19., 20., 21., 22., 23.])
    """
    return numbers.reshape(-1)[at : at + LANES].copy()


def store(vector: Any, at: int, lanes: Any) -> None:
    """Write lanes to eight places of a contiguous vector or table, as `load` counts them."""
    vector.reshape(-1)[at : at + LANES] = lanes


def spread(number: Any) -> Any:
    """Return the same number in all lanes."""
    return np.full(LANES, number)


def total(lanes: Any) -> Any:
    """Return the sum of the lanes, always by halves: ((0 + 4) + (2 + 6)) + ((1 + 5) + (3 + 7)).

    >>> float(total(np.arange(8.0)))
    28.0
    """
    for half in (4, 2, 1):
        lanes = lanes[:half] + lanes[half:]
    return lanes[0]


def reaches(left: Any, right: Any) -> Any:
    """Return whether any of eight lanes is at least what stands in the same lane of the other."""
    return bool(np.any(left >= right))


def gather(table: Any, rows: Any, at: int, first: int, into: tuple[Any, int, int]) -> None:
    """Transpose an 8 x 8 block: write table[rows[at : at + 8], first + i] to vector[start + i * step :].

    `into` holds vector, start and step; i goes from 0 to 7; `table` is contiguous by rows, `rows` are int32.
    """
    vector, start, step = into
    block = table[rows[at : at + LANES], first : first + LANES]
    for i in range(LANES):
        vector[start + i * step :][:LANES] = block[:, i]


class Lanes(types.Type):  # type: ignore[misc]
    """The numba type of eight float32 or float64 numbers."""

    def __init__(self, dtype: types.Float) -> None:
        self.dtype = dtype
        super().__init__(name=f"{dtype} x {LANES}")


@register_model(Lanes)
class _LanesModel(models.PrimitiveModel):  # type: ignore[misc]
    def __init__(self, manager: Any, lanes: Lanes) -> None:
        super().__init__(manager, lanes, _vector_type(lanes.dtype))


def _vector_type(dtype: types.Float) -> ir.VectorType:
    return ir.VectorType(ir.FloatType() if dtype == types.float32 else ir.DoubleType(), LANES)


def _declare(function: Callable[..., Any], result: Callable[..., Any]) -> None:
    """Tell numba the type of the result, given the types of the arguments."""
    type_callable(function)(lambda context: result)


def _lower(function: Callable[..., Any], *kinds: Any) -> Callable[[Callable[..., Any]], Any]:
    """Tell numba the instructions, for these kinds of arguments."""
    return cast(Callable[[Callable[..., Any]], Any], lower_builtin(function, *kinds))


_declare(load, lambda vector, at: Lanes(vector.dtype))
_declare(store, lambda vector, at, lanes: types.void)
_declare(spread, lambda number: Lanes(number))  # noqa: PLW0108
_declare(total, lambda lanes: lanes.dtype)
_declare(reaches, lambda left, right: types.boolean if isinstance(left, Lanes) and left == right else None)
_declare(gather, lambda table, rows, at, first, into: types.void)


def _arithmetic(function: Callable[..., Any], instruction: str) -> None:
    _declare(function, lambda left, right: left if isinstance(left, Lanes) and left == right else None)

    @_lower(function, Lanes, Lanes)
    def _(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return getattr(builder, instruction)(*arguments)


_arithmetic(operator.add, "fadd")
_arithmetic(operator.sub, "fsub")
_arithmetic(operator.mul, "fmul")


def _address(context: Any, builder: Any, array_type: Any, array: Any, at: Any) -> Any:
    data = context.make_array(array_type)(context, builder, array).data
    return builder.bitcast(builder.gep(data, [at]), _vector_type(array_type.dtype).as_pointer())


def _alignment(array_type: Any) -> int:
    return int(array_type.dtype.bitwidth) // 8


@_lower(load, types.Array, types.Integer)
def _(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    kind = signature.args[0]
    return builder.load(_address(context, builder, kind, *arguments), align=_alignment(kind))


@_lower(store, types.Array, types.Integer, Lanes)
def _(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    kind = signature.args[0]
    array, at, lanes = arguments
    builder.store(lanes, _address(context, builder, kind, array, at), align=_alignment(kind))
    return context.get_dummy_value()


@_lower(spread, types.Float)
def _(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    lanes = ir.Constant(_vector_type(signature.args[0]), ir.Undefined)
    for lane in range(LANES):
        lanes = builder.insert_element(lanes, arguments[0], _INT32(lane))
    return lanes


def _pick(builder: Any, left: Any, right: Any, places: Any) -> Any:
    return builder.shuffle_vector(left, right, ir.Constant(ir.VectorType(_INT32, len(places)), list(places)))


@_lower(total, Lanes)
def _(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    (lanes,) = arguments
    for half in (4, 2, 1):
        low, high = (_pick(builder, lanes, lanes, range(start, start + half)) for start in (0, half))
        lanes = builder.fadd(low, high)
    return builder.extract_element(lanes, _INT32(0))


@_lower(reaches, Lanes, Lanes)
def _(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    mask = builder.bitcast(builder.fcmp_ordered(">=", *arguments), ir.IntType(LANES))
    return builder.icmp_unsigned("!=", mask, ir.IntType(LANES)(0))


@_lower(gather, types.Array, types.Array, types.Integer, types.Integer, types.BaseTuple)
def _(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
    table_type, rows_type, _, _, into_type = signature.args
    table, rows, at, first, into = arguments
    vector, start, step = (builder.extract_value(into, i) for i in range(3))
    numbers = context.make_array(rows_type)(context, builder, rows).data
    width = builder.extract_value(context.make_array(table_type)(context, builder, table).shape, 1)
    block = []
    for lane in range(LANES):
        row = builder.load(builder.gep(numbers, [builder.add(at, at.type(lane))]))
        place = builder.add(builder.mul(builder.sext(row, width.type), width), first)
        block.append(builder.load(_address(context, builder, table_type, table, place), align=_alignment(table_type)))
    for half in (4, 2, 1):
        block = _swap_blocks(builder, block, half)
    for i, column in enumerate(block):
        place = builder.add(start, builder.mul(step, step.type(i)))
        builder.store(column, _address(context, builder, into_type[0], vector, place), align=_alignment(into_type[0]))
    return context.get_dummy_value()


def _swap_blocks(builder: Any, block: list[Any], half: int) -> list[Any]:
    """One of three steps of an 8 x 8 transpose: swap the two off-diagonal squares of this width."""
    swapped = list(block)
    low = [lane if not lane & half else lane - half + LANES for lane in range(LANES)]
    high = [lane + half if not lane & half else lane + LANES for lane in range(LANES)]
    for upper in range(LANES):
        if not upper & half:
            pair = block[upper], block[upper + half]
            swapped[upper] = _pick(builder, *pair, low)
            swapped[upper + half] = _pick(builder, *pair, high)
    return swapped
