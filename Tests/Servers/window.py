"""What may be spent within a window of time that rolls."""

import collections


class Windows:
    """By a key; `highest` is the most that was ever spent of it in one window. Whoever asks holds the lock."""

    def __init__(self, seconds):
        self.seconds = seconds
        self._spent = collections.defaultdict(collections.deque)
        self._sums, self.highest = collections.Counter(), collections.Counter()

    def has_room(self, key, cost, limit, now):
        spent = self._spent[key]
        while spent and spent[0][0] <= now - self.seconds:
            self._sums[key] -= spent.popleft()[1]
        return self._sums[key] + cost <= limit

    def spend(self, key, cost, now):
        self._spent[key].append((now, cost))
        self._sums[key] += cost
        self.highest[key] = max(self.highest[key], self._sums[key])
