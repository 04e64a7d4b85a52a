#include "equipoise/parallel/rank_group.hpp"

#include <cstdint>

namespace equipoise::parallel {

RankGroup::RankGroup(const Communicator& all, int groups)
    : all_(all), count_(groups),
      number_(static_cast<int>(std::int64_t{all.rank()} * groups / all.size())) {
    ensure(groups >= 1 && groups <= all.size(), "no group of ranks is empty");
    check(MPI_Comm_split(all.handle(), number_, all.rank(), &comm_), "MPI_Comm_split");
}

RankGroup::~RankGroup() {
    MPI_Comm_free(&comm_);
}

} // namespace equipoise::parallel
