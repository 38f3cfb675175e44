import decimal
import random
import unittest
from decimal import Decimal

import paths  # noqa: F401
from trunkline import FrameError, Level, L2Delta, SymbolMapping, Trade, encode, plain, sequence_after, sequence_missed, symbol_hash
from trunkline.numbers import ABSENT, from_raw, to_raw


class Numbers(unittest.TestCase):
    def test_are_exact_at_every_magnitude(self):
        source = random.Random(1)
        values = [0, 1, -1, 29_000_000, 2**63 - 1, -(2**63) + 1] + [source.getrandbits(64) - 2**63 + 1 for _ in range(2000)]
        for raw in values:
            for digits in (8, 12):
                self.assertEqual(to_raw(from_raw(min(raw, 2**63 - 1), digits), digits), min(raw, 2**63 - 1))

    def test_do_not_depend_on_the_callers_decimal_context(self):
        with decimal.localcontext() as context:
            context.prec = 5
            self.assertEqual(str(from_raw(6183763123456789, 8)), "61837631.23456789")
            self.assertEqual(to_raw(Decimal("61837631.23456789"), 8), 6183763123456789)

    def test_refuse_what_would_be_rounded(self):
        for value, error in ((Decimal("1e-9"), ValueError), (Decimal("92233720369"), ValueError), (0.29, TypeError)):
            with self.assertRaises(error):
                to_raw(value, 8)
        self.assertEqual(to_raw(Decimal("1e-8"), 8), 1)
        self.assertEqual(to_raw(3, 8), 300_000_000)

    def test_absent_is_none(self):
        self.assertIsNone(from_raw(ABSENT, 8))
        self.assertEqual(to_raw(None, 8), ABSENT)

    def test_plain_text_has_no_exponent_and_no_spare_zeros(self):
        self.assertEqual(plain(Decimal("0.29000000")), "0.29")
        self.assertEqual(plain(Decimal("100.00000000")), "100")
        self.assertEqual(plain(Decimal("1E+2")), "100")
        self.assertEqual(plain(Decimal("0E-8")), "0")


class Symbols(unittest.TestCase):
    def test_hash_to_the_known_numbers(self):
        self.assertEqual(symbol_hash("coinbase:BTC-USD"), 16842681295735137662)
        self.assertEqual(symbol_hash("kraken:BTC-USD"), 1022169821381239205)
        self.assertEqual(symbol_hash("alpaca:AAPL"), 11464620628871496031)


class Messages(unittest.TestCase):
    def test_too_large_a_message_is_refused(self):
        level = Level(Decimal(1), Decimal(2))
        self.assertEqual(len(encode(L2Delta(bids=[level] * 4092))), 8 + 56 + 4092 * 16)
        with self.assertRaises(FrameError):
            encode(L2Delta(bids=[level] * 4093))

    def test_text_that_is_no_utf8_survives(self):
        mapping = SymbolMapping(text=b"a\xff".decode("utf-8", "surrogateescape"))
        self.assertEqual(SymbolMapping.from_payload(mapping.payload()).text, mapping.text)

    def test_defaults_are_zero(self):
        self.assertEqual(Trade.from_payload(bytes(56)), Trade())


class Sequences(unittest.TestCase):
    def test_wrap_at_24_bits(self):
        self.assertEqual(sequence_after(0xFFFFFF), 0)
        self.assertEqual(sequence_missed(0xFFFFFE, 1), 2)
        self.assertEqual(sequence_missed(7, 8), 0)


if __name__ == "__main__":
    unittest.main()
