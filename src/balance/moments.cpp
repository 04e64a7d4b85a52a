#include "equipoise/balance/moments.hpp"

namespace equipoise::balance {

MomentLayout::MomentLayout(const model::Model& model)
    : basis_(&model.basis()), products_(model.basis().products()) {
    std::size_t gains = 0;
    for (const model::Population& population : model.populations()) {
        first_.push_back(gains);
        gains += population.gains.size();
    }
    order_one_ = gains * basis_->size();
    size_ = order_one_ + gains * products_.size();
}

std::size_t MomentLayout::gain_begin(std::size_t source, std::size_t gain) const {
    return (first_[source] + gain) * basis_->size();
}

std::size_t MomentLayout::slope_begin(std::size_t source, std::size_t gain) const {
    return order_one_ + (first_[source] + gain) * products_.size();
}

} // namespace equipoise::balance
