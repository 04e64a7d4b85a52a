#pragma once

#include <string>

/// Every call by which this process changes an output file that is not yet complete, from
/// record_calls() on, by whichever library: written to a log before the call is made, so that a
/// test can put together what a kill between any two of them would have left.
///
/// The log is a sequence of entries of three 64-bit numbers (kind, place in the file, bytes), each
/// followed by that many bytes. Ranks may share it.
namespace recorded {

enum class Kind : long { write = 1, resize = 2, show = 3, mark = 4 };

void record_calls(const std::string& log);
/// An entry of the test's own.
void mark(const std::string& text);

} // namespace recorded
