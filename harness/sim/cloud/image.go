// Copyright The Pushproof Authors.
// SPDX-License-Identifier: Apache-2.0

package cloud

import (
	"time"

	"github.com/pushproof/pushproof/agent/push"
	"github.com/pushproof/pushproof/fixtures"
)

var imageVerifiedFor = time.Duration(fixtures.LimitOf("image.verified.days")) * 24 * time.Hour

// verdict is what became of an image's check.
type verdict struct {
	kind    push.Kind
	expires time.Time
}

// images are the verified images, by project and downloadUrl; one that is
// forgotten was never verified.
type images struct{ memory[imageKey, verdict] }

type imageKey struct{ project, url string }

// valid returns the check of an image that has not expired.
func (i *images) valid(key imageKey, now time.Time) (verdict, bool) {
	v, ok := i.get(key)
	return v, ok && now.Before(v.expires)
}

// judgeImages refuses images that were not verified, in a project that must
// have them verified (claim cloud.image-required).
func (c *Cloud) judgeImages(p *project, q *request, now time.Time) *fault {
	if !p.VerifyImages {
		return nil
	}
	for _, url := range q.notice.images {
		if _, ok := c.images.valid(imageKey{p.ID, url}, now); !ok {
			return refuse(codeImage, "an image is no downloadUrl of an image check that is still valid")
		}
	}
	return nil
}

// otherKind reports whether an image was verified for another push-type than
// that of the request.
func (c *Cloud) otherKind(p *project, q *request, now time.Time) bool {
	for _, url := range q.notice.images {
		if v, ok := c.images.valid(imageKey{p.ID, url}, now); ok && v.kind != q.kind {
			return true
		}
	}
	return false
}
