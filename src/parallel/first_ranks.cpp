#include "equipoise/parallel/first_ranks.hpp"

namespace equipoise::parallel {

FirstRanks::FirstRanks(const Communicator& all, int count) : all_(all), count_(count) {
    const int color = all.rank() < count ? 0 : MPI_UNDEFINED;
    check(MPI_Comm_split(all.handle(), color, all.rank(), &comm_), "MPI_Comm_split");
}

FirstRanks::~FirstRanks() {
    if (comm_ != MPI_COMM_NULL) {
        MPI_Comm_free(&comm_);
    }
}

std::vector<double> FirstRanks::shared(std::vector<double> values) const {
    if (count_ < all_.size()) {
        all_.broadcast(values);
    }
    return values;
}

} // namespace equipoise::parallel
