import numpy as np
import pytest
from scipy import sparse
from sklearn.decomposition import TruncatedSVD

from core.recommenders.parts.leading_directions import leading_directions


@pytest.mark.parametrize(
    "content", [np.ones((5, 1)), np.zeros((5, 4)), np.full((5, 4), 3.0), np.ones((1, 1)), np.ones((1, 4))]
)
def test_matrices_of_any_kind_have_directions(content):
    components, values = leading_directions(sparse.csr_array(content), 3, 5, 0)
    assert components.shape == (len(values), content.shape[1])
    assert np.isfinite(components).all()
    assert values[0] == pytest.approx(np.linalg.norm(content), abs=1e-6)


def test_directions_are_those_of_truncated_svd():
    content = sparse.random_array((60, 40), density=0.2, rng=np.random.default_rng(0), format="csr", dtype=np.float32)
    components, values = leading_directions(content, 5, 2, 3)
    expected = TruncatedSVD(5, n_iter=2, random_state=3).fit(content)
    np.testing.assert_array_equal(components, expected.components_)
    np.testing.assert_array_equal(values, expected.singular_values_)
