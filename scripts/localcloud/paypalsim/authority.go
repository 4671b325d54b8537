package paypalsim

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"hash/crc32"
	"math/big"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// CertName is whose certificate webhooks are signed with: the name that PayPal's has in the sandbox.
const CertName = "messageverificationcerts.sandbox.paypal.com"

// Authority issues the certificate with which a simulated PayPal signs. Its keys are of this process alone.
type Authority struct {
	root  []byte // PEM.
	chain []byte // PEM: the certificate, then the root.
	key   *signer
}

// Shared is the authority of every simulation in this process: to make keys takes longer than a simulation may.
func Shared() (*Authority, error) { return shared() }

var shared = sync.OnceValues(func() (*Authority, error) { return NewAuthority(CertName) })

// The certificates are good at any time that a simulation's clock shows.
var (
	certFrom  = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
	certUntil = time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC)
)

// NewAuthority makes a root, and a certificate for a name.
func NewAuthority(name string) (*Authority, error) {
	rootKey, noRoot := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	key, noKey := newSigner(rand.Reader)
	if err := errors.Join(noRoot, noKey); err != nil {
		return nil, err
	}
	root := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Till's simulation of PayPal"}, NotBefore: certFrom,
		NotAfter: certUntil, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}
	leaf := &x509.Certificate{SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: name}, DNSNames: []string{name}, NotBefore: certFrom,
		NotAfter: certUntil, KeyUsage: x509.KeyUsageDigitalSignature}
	rootDER, err := x509.CreateCertificate(rand.Reader, root, root, rootKey.Public(), rootKey)
	if err != nil {
		return nil, err
	}
	leafDER, err := x509.CreateCertificate(rand.Reader, leaf, root, &key.public, rootKey)
	if err != nil {
		return nil, err
	}
	a := &Authority{key: key, root: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: rootDER})}
	a.chain = append(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: leafDER}), a.root...)
	return a, nil
}

// RootPEM is the root, for those who verify.
func (a *Authority) RootPEM() []byte { return a.root }

// ChainPEM is what is served as the certificate.
func (a *Authority) ChainPEM() []byte { return a.chain }

// The headers of a signature. https://developer.paypal.com/api/rest/webhooks/rest/
const (
	headerID        = "Paypal-Transmission-Id"
	headerTime      = "Paypal-Transmission-Time"
	headerSignature = "Paypal-Transmission-Sig"
	headerAlgorithm = "Paypal-Auth-Algo"
	headerCert      = "Paypal-Cert-Url"
)

// Sign makes the headers of a transmission of a body to a webhook, at a time.
func (a *Authority) Sign(certURL, transmission, webhookID string, at time.Time, body []byte) http.Header {
	when := stamp(at)
	digest := sha256.Sum256([]byte(transmission + "|" + when + "|" + webhookID + "|" + strconv.FormatUint(uint64(crc32.ChecksumIEEE(body)), 10)))
	return http.Header{headerID: {transmission}, headerTime: {when}, headerSignature: {base64.StdEncoding.EncodeToString(a.key.sign(digest))},
		headerAlgorithm: {"SHA256withRSA"}, headerCert: {certURL}}
}
